/** The record with which a server begins: what it says of itself, and whether that can be published in a PID file. */
import type { Log } from '../common/log.ts';
import { version } from '../common/version.ts';
import {
  chooseDefaultPidFile,
  digestProgram,
  findSupervisor,
  identify,
  isInstalled,
  isNamedAsRunning,
  lastReadAt,
  PidFile,
  SharedPlace,
  traceFiles,
  type Handover,
  type Launch,
  type LifecycleRecord,
  type RecordKeeper,
} from '../lifecycle/index.ts';
import { publishBoot } from '../settings/index.ts';
import type { Configuration } from './configuration.ts';

/** What the first record of a generation is made of. */
export interface RecordInput {
  readonly launch: Launch;
  readonly configuration: Configuration;
  readonly demo: boolean;
  /** Null in the first generation. */
  readonly handover: Handover<unknown> | null;
  readonly log: Log;
}

/**
 * Publishes the first record in the PID file. Without a place for a PID file, the record is known to this process alone.
 * @throws ZscalerMcpError ERR_RECORD_TAKEN, ERR_RECORD_UNUSABLE or ERR_NOT_PERMITTED
 */
export async function openRecord(input: RecordInput): Promise<RecordKeeper> {
  const { launch, configuration, handover, log } = input;
  const record = firstRecord(input);
  const named = configuration.settings.pidFile;
  const isStdio = record.transport === 'stdio';
  // Over HTTP: a stdio server gives way in a default place.
  const mayReplace = (other: LifecycleRecord) => named === undefined && other.transport === 'stdio';
  if (handover && handover.pidFile !== null && isStdio && named === undefined) return SharedPlace.adopt(handover.pidFile, record, log);
  if (handover && handover.pidFile !== null) return PidFile.adopt(handover.pidFile, record, isStdio ? undefined : mayReplace);
  if (handover && !(isStdio && named === undefined)) return new UnpublishedRecord(record);
  if (named !== undefined) return PidFile.claim(named, record);
  const path = chooseDefaultPidFile(launch.env['HOME'], (message) => log.warn({}, message));
  if (path === null) {
    log.warn(
      {},
      'no default place for a PID file is writable: reload, restart, status and stop will not find this server; name a file with --pid-file',
    );
    return new UnpublishedRecord(record);
  }
  return isStdio ? SharedPlace.open(path, record, log) : PidFile.claim(path, record, mayReplace);
}

function firstRecord({ launch, configuration, demo, handover }: RecordInput): LifecycleRecord {
  const now = new Date().toISOString();
  const former = handover?.record;
  return {
    schema: 1,
    pid: process.pid,
    startedAt: former?.startedAt ?? now,
    identity: identify(process.pid),
    version,
    interpreter: launch.execPath,
    argv0: former?.argv0 ?? (isNamedAsRunning(launch) ? launch.argv0 : launch.execPath),
    searchPath: launch.searchPath,
    argv: [launch.entry, ...launch.argv],
    program: launch.main,
    cwd: launch.cwd,
    bootSettings: publishBoot(launch.env, configuration.settings),
    ...describeProgram(launch.loaded.entry, former),
    transport: configuration.settings.transport,
    host: null,
    port: null,
    url: null,
    ...configuration.source,
    secretSources: configuration.source.secretSources ?? [],
    state: 'starting',
    generation: handover?.generation ?? 1,
    generationStartedAt: now,
    failedCount: former?.failedCount ?? 0,
    operationCounts: former?.operationCounts ?? {},
    config: {
      digest: configuration.digest(),
      loadedAt: lastReadAt(configuration.source, former?.config.loadedAt ?? now),
      pendingRestart: [],
    },
    settings: configuration.describe(),
    operations: former?.operations ?? [],
    demo,
    posture: null,
    faults: [],
    handover: isInstalled(launch) ? 'descriptor' : 'rebind',
    supervisor: former?.supervisor ?? findSupervisor(launch),
    interrupted: null,
  };
}

/** Reads the program's files only if they may differ from the former generation's: clients are waiting meanwhile. */
function describeProgram(entry: string, former: LifecycleRecord | undefined): Pick<LifecycleRecord, 'codeDigest' | 'codeTrace'> {
  const codeTrace = traceFiles(entry);
  const isSame = codeTrace !== null && codeTrace === former?.codeTrace;
  return { codeTrace, codeDigest: isSame ? former.codeDigest : (digestProgram(entry) ?? '') };
}

/** A record without a PID file: nothing is written, so nothing can be lost. */
class UnpublishedRecord implements RecordKeeper {
  readonly path = null;
  readonly isOurs = true;
  readonly isPublished = true;
  record: LifecycleRecord;

  constructor(record: LifecycleRecord) {
    this.record = record;
  }

  update(change: Partial<LifecycleRecord>): void {
    this.record = { ...this.record, ...change };
  }

  keep(): void {
    // Nothing is written.
  }

  stopKeeping(): void {
    // Nothing is written.
  }

  release(): void {
    // Nothing is written.
  }
}
