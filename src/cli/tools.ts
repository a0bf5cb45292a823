/** `zscaler-mcp tools`: what a server with this configuration would offer, and why the rest is not offered. */
import { askEntitlement, readConfiguration } from '../server/index.ts';
import type { Launch } from '../lifecycle/index.ts';
import { flagLayer } from '../settings/index.ts';
import { catalogue, createGuide, Enabled, selectTools, products, type Guide, type Selected } from '../tools/index.ts';
import type { OptionValues } from './command.ts';
import { showLine } from '../common/hidden.ts';
import { describeProblem } from '../common/problem.ts';
import { describeNewStart, type Start } from './judged.ts';
import { table, toJson, type Printer } from './print.ts';

/** Prints the tools that are offered, and for each of the others the reason. @returns the exit code */
export async function printTools(
  { launch, ...printer }: Printer & { launch: Launch },
  values: OptionValues,
  json: boolean,
): Promise<number> {
  const { configuration, problems, warnings, isTransient } = await readConfiguration(launch, flagLayer(values));
  if (problems.length > 0) {
    if (json)
      printer.out(
        toJson({
          exitCode: 4,
          message: isTransient ? 'the secrets manager was not read' : 'the configuration is invalid',
          errors: problems,
        }),
      );
    else for (const problem of problems) printer.err(showLine(describeProblem(problem)));
    return 4;
  }
  const { settings } = configuration;
  const found = values['demo'] === true ? null : await askEntitlement(settings);
  if (typeof found === 'string')
    printer.err(`warning: the tools of all products are offered: which of them the tenant has cannot be told (${found})`);
  const selected = selectTools(catalogue, { ...settings, entitled: typeof found === 'string' ? null : found });
  const guide = createGuide(selected.offered, settings, new Enabled());
  const told = { ...selected, warnings: [...warnings, ...selected.warnings] };
  const judged = { transport: settings.transport, cwd: launch.cwd, dotenvPath: configuration.source.dotenvPath };
  if (json) printer.out(toJson({ exitCode: 0, judged, ...summarize(told, guide) }));
  else printForPeople(told, guide, judged, printer);
  return 0;
}

const summarize = ({ offered, withheld, warnings }: Selected, guide: Guide) => ({
  // Tools that find, describe and enable other tools.
  guide: [...guide.tools.values()].map(({ name, title }) => ({ name, title })),
  offered: offered.map(({ name, title, product, toolset, action }) => ({
    name,
    title,
    product,
    toolset,
    action,
    // Whether clients see it from the start; if not, they find and enable it.
    listed: isListed(guide, toolset),
  })),
  withheld: withheld.map(({ tool: { name, product, toolset, action }, reason }) => ({ name, product, toolset, action, reason })),
  warnings,
});

const isListed = ({ listed }: Guide, toolset: string): boolean => listed === null || listed.has(toolset);

function printForPeople({ offered, withheld, warnings }: Selected, guide: Guide, judged: Start, { out, err }: Printer): void {
  if (guide.tools.size > 0) out(`about the tools: ${[...guide.tools.keys()].join(', ')}`);
  for (const product of Object.keys(products)) {
    const own = offered.filter((tool) => tool.product === product);
    if (own.length === 0) continue;
    out(`${product}: ${own.length}`);
    for (const line of table(own.map(({ name, action, toolset }) => [name, action, toolset]))) out(`  ${line}`);
  }
  out(`${offered.length} of ${offered.length + withheld.length} tools are offered`);
  const unseen = offered.filter(({ toolset }) => !isListed(guide, toolset)).length;
  if (unseen > 0) out(`a client sees ${unseen} of them only once it enables their toolset`);
  const reasons = Map.groupBy(withheld, ({ reason }) => reason);
  for (const [reason, tools] of reasons) out(`${tools.length} ${tools.length === 1 ? 'is' : 'are'} not: ${reason}`);
  out(`judged ${describeNewStart(judged)}; to judge another start, give its flags`);
  for (const warning of warnings) err(`warning: ${warning}`);
}
