/** How often a single slip of the finger gets the right suggestion. */
import { expect, it } from 'vitest';
import { flagOptions } from '../settings/index.ts';
import type { Command } from './command.ts';
import { commands } from './commands/index.ts';
import { parseCommandLine } from './parse.ts';

const vocabulary = { commands, settingOptions: () => Promise.resolve(flagOptions()) };
const words = commands.map(({ name }) => name);
const flagsOf = ({ settings, options }: Command): string[] => Object.keys({ ...(settings === 'all' ? flagOptions() : {}), ...options });

/** Every swap of neighbours, lost letter, doubled letter and replaced letter, but for what is another name. */
function slipsOf(name: string, names: readonly string[]): string[] {
  const slips = Array.from(name, (letter, at) => {
    const [before, after] = [name.slice(0, at), name.slice(at + 1)];
    const swapped = at + 1 < name.length ? [before + name[at + 1] + letter + name.slice(at + 2)] : [];
    const replaced = Array.from('abcdefghijklmnopqrstuvwxyz', (other) => before + other + after);
    return [...swapped, before + after, before + letter + letter + after, ...replaced];
  }).flat();
  // A slip that leaves nothing but a dash, or begins with one, is read as another kind of argument.
  return [...new Set(slips)].filter((slip) => !names.includes(slip) && slip !== '' && !slip.startsWith('-'));
}

interface Tried {
  readonly slips: number;
  readonly wrong: readonly string[];
}

/** @param before what stands on the command line before the slip */
async function trySlips(names: readonly string[], before: readonly string[], dashes: string): Promise<Tried> {
  const tried = names.flatMap((name) => slipsOf(name, names).map((slip) => ({ name, slip })));
  const wrong: string[] = [];
  for (const { name, slip } of tried) {
    const error: unknown = await parseCommandLine([...before, dashes + slip], vocabulary).catch((thrown: unknown) => thrown);
    if (!(error as { hint?: string }).hint?.startsWith(`Did you mean ${dashes}${name}?`)) wrong.push(`${slip} for ${name}`);
  }
  return { slips: tried.length, wrong };
}

const shareOf = ({ slips, wrong }: Tried): number => 1 - wrong.length / slips;

it('of all single slips in the names of commands at least 95 % get the right suggestion', async () => {
  const tried = await trySlips(words, [], '');
  expect(tried.slips).toBeGreaterThan(1_000);
  expect(shareOf(tried), tried.wrong.join(', ')).toBeGreaterThanOrEqual(0.95);
});

it.each(commands)('of all single slips in the names of the options of $name at least 95 % get the right suggestion', async (command) => {
  const tried = await trySlips(flagsOf(command), [command.name], '--');
  expect(tried.slips).toBeGreaterThan(100);
  expect(shareOf(tried), tried.wrong.join(', ')).toBeGreaterThanOrEqual(0.95);
});
