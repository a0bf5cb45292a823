/** `zscaler-mcp check`: loads and judges the configuration exactly as a start would, and starts nothing. */
import { count } from '../common/count.ts';
import { readConfiguration, tryConfiguration, type ConfigurationReading } from '../server/index.ts';
import { describeOperation, exitCodeOf, newOperationId, type Launch, type Operation } from '../lifecycle/index.ts';
import { describeValue, flagLayer, isSet, maskSecrets, rows, secretValues } from '../settings/index.ts';
import type { OptionValues } from './command.ts';
import { printOperation, table, type Printer } from './print.ts';

/** Judges the configuration and prints every problem, or every setting with where its value came from. @returns the exit code */
export async function printCheck(
  { launch, ...printer }: Printer & { launch: Launch },
  values: OptionValues,
  json: boolean,
): Promise<number> {
  const startedAt = performance.now();
  const start = await readConfiguration(launch, flagLayer(values));
  const problems = start.problems.length > 0 ? start.problems : await tryConfiguration(start.configuration.settings);
  const outcome = problems.length === 0 ? 'valid' : 'refused';
  const operation: Operation = describeOperation({
    id: newOperationId(),
    kind: 'check',
    outcome,
    exitCode: exitCodeOf('check', outcome),
    message:
      outcome === 'valid'
        ? 'a server would start with this configuration'
        : `a server would not start: ${count(problems.length, 'problem')}`,
    errors: problems,
    warnings: start.warnings,
    envSource: start.configuration.source.envSource,
    durationMs: Math.round(performance.now() - startedAt),
  });
  if (json) printer.out(JSON.stringify({ ...operation, settings: resolved(start) }));
  else if (outcome === 'valid')
    for (const line of table(resolved(start).map(({ setting, value, origin }) => [setting, value, origin]))) printer.out(line);
  return json ? operation.exitCode : printOperation(operation, false, printer);
}

interface ResolvedSetting {
  readonly setting: string;
  /** Secrets read `set` or `unset`. */
  readonly value: string;
  readonly origin: string;
}

function resolved({ configuration }: ConfigurationReading): ResolvedSetting[] {
  const { settings, origins } = configuration.loaded;
  const secrets = secretValues(settings);
  return rows.map(([name, { env, secret }]) => {
    const value = settings[name];
    const { origin, file, line, secretFile } = origins[env] ?? { origin: 'default' };
    const shown = secret ? (isSet(value) ? 'set' : 'unset') : maskSecrets(describeValue(value), secrets);
    const place = file === undefined ? origin : `${file}:${line}`;
    const where = secretFile === undefined ? place : `${secretFile}, named in ${place}`;
    return { setting: env, value: shown, origin: maskSecrets(where, secrets) };
  });
}
