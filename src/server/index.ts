/** The server, as the commands use it. Each function loads what it needs and no more, so importing this file costs nothing. */
import { inWords } from '../common/system-error.ts';
import type { Launch } from '../lifecycle/index.ts';
import type { FlagLayer, Settings } from '../settings/index.ts';
import type { ConfigurationReading } from './configuration.ts';
import type { ServeOptions, Stage } from './stage.ts';
import type { Trial } from './trial.ts';

export type { ConfigurationReading, ServeOptions, Stage, Trial };

/**
 * Serves until told to stop; with a handover in the environment it takes over from the generation before it.
 * @returns the exit code when there is nothing to serve; undefined while the server runs
 * @throws when the server's own code cannot be loaded, or in a rehearsal
 */
export async function serve(stage: Stage, options: ServeOptions): Promise<number | undefined> {
  const start = await loadStart(stage.launch);
  return start.serve(stage, options);
}

/** Finds, reads and judges the configuration as a first start does. What is wrong is returned, never thrown. */
export async function readConfiguration(launch: Launch, flags: FlagLayer): Promise<ConfigurationReading> {
  const { Configuration } = await import('./configuration.ts');
  return Configuration.read({ launch, flags });
}

/** Tries a configuration, and starts nothing. @param demo whether the server would serve the demo tenant */
export async function judgeConfiguration(reading: ConfigurationReading, demo: boolean): Promise<Trial> {
  const trial = await import('./trial.ts');
  return trial.tryOut(reading, demo);
}

/**
 * Asks the cloud which products the tenant has.
 * @returns their names; a reason when the cloud does not tell; null when the filter is off or there are no credentials to ask with
 */
export async function askEntitlement(settings: Settings): Promise<readonly string[] | string | null> {
  const trial = await import('./trial.ts');
  return trial.askEntitlement(settings);
}

/** A program that passed its rehearsal and cannot be loaded now gives the process back to the generation before it. */
async function loadStart(launch: Launch): Promise<typeof import('./start.ts')> {
  try {
    return await import('./start.ts');
  } catch (error) {
    const { comeBackUnloaded } = await import('../lifecycle/come-back.ts');
    comeBackUnloaded(launch, inWords(error));
    throw error;
  }
}
