/** Judges a configuration without serving: what is wrong with it beyond its settings, and what the cloud says of the tenant. */
import type { ClaimOn } from '../audit/index.ts';
import { sayError, ZscalerMcpError } from '../common/errors.ts';
import { inWords, remedyFor } from '../common/system-error.ts';
import { endsWithin } from '../common/within.ts';
import type { Problem } from '../lifecycle/index.ts';
import { isLoopback, type Origins, type Settings } from '../settings/index.ts';
import { addressesOf, checkPrivateKey, createCloud, TokenCache, Transport, type CloudConfig } from '../zscaler/index.ts';
import type { ConfigurationReading } from './configuration.ts';
import { cloudConfigOf, isSameTls, tlsOf } from './part-settings.ts';

/** What trying a configuration showed. */
export interface Trial {
  /** What keeps a server from starting with it; empty when nothing does. */
  readonly problems: readonly Problem[];
  /** What such a server would have to do without at first. */
  readonly warnings: readonly string[];
}

/**
 * Tries a configuration.
 * @param asksStore false for a generation that takes over: its configuration was rehearsed, and clients wait
 */
export async function tryOut({ configuration, problems }: ConfigurationReading, demo: boolean, asksStore = true): Promise<Trial> {
  if (problems.length > 0) return { problems, warnings: [] };
  const { settings } = configuration;
  if (demo && settings.transport !== 'stdio' && !isLoopback(settings.host))
    return { problems: [demoForOthers(settings.host)], warnings: [] };
  const found = await tryConfiguration(settings, (path) => configuration.claimOn(path));
  const trial = found.length === 0 && asksStore ? await tryStore(settings) : { problems: found, warnings: [] };
  return { ...trial, problems: placeProblems(trial.problems, configuration.loaded.origins) };
}

/** Adds file and line to problems of settings that a file sets. */
export const placeProblems = (problems: readonly Problem[], origins: Origins): readonly Problem[] =>
  problems.map((problem) => {
    const { file = null, line = null } = (problem.setting === null ? undefined : origins[problem.setting]) ?? {};
    return problem.file === null && file !== null ? { ...problem, file, line } : problem;
  });

/** How long the state store may take to answer once; one that is away does not keep a server from starting. */
const STORE_LIMIT_MS = 3_000;

/** A store that refuses this server will refuse it until somebody corrects something. */
async function tryStore(settings: Settings): Promise<Trial> {
  if (settings.stateUrl === undefined) return { problems: [], warnings: [] };
  const { openState } = await import('./state.ts');
  const state = await openState(settings, silent);
  const found = (await state?.tryOut(STORE_LIMIT_MS)) ?? null;
  if (found === null) return { problems: [], warnings: [] };
  if (typeof found === 'string') return { problems: [], warnings: [found] };
  const problem = { setting: 'ZSCALER_MCP_STATE_URL', file: null, line: null, message: `the state store ${found.what}`, hint: found.hint };
  return { problems: [problem], warnings: [] };
}

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** What the parts of a server say of settings that are valid by themselves; empty when all can be built. */
async function tryConfiguration(settings: Settings, claimOn: ClaimOn): Promise<readonly Problem[]> {
  const tried = await Promise.allSettled([checkCloud(cloudConfigOf(settings)), tryTls(settings), tryAuditFile(settings, claimOn)]);
  return tried.flatMap((result) => (result.status === 'rejected' ? [problemOf(result.reason)] : (result.value ?? [])));
}

/**
 * What the parts of a running server say of the settings that a reload, or its dry run, would put into force. What stays the same
 * is not judged again: a fault of it is no reason to refuse the rest.
 */
export function problemsOfChange(now: Settings, next: Settings, claimOn: ClaimOn): Promise<readonly Problem[]> {
  // The same file may have become something else.
  const isSameFile = now.auditFile === next.auditFile && (next.auditFile === undefined || claimOn(next.auditFile) === null);
  const changed = {
    ...next,
    ...(isSameTls(now, next) && { tlsCertificate: undefined }),
    ...(isSameFile && { auditFile: undefined }),
  };
  return tryConfiguration(changed, claimOn);
}

/** What would fail at the first call because of the configuration alone. @throws ZscalerMcpError ERR_CLOUD_CONFIG */
export async function checkCloud(config: CloudConfig): Promise<void> {
  if (config.vanityDomain !== undefined || config.tokenUrl !== undefined) addressesOf(config);
  if (config.privateKey !== undefined) checkPrivateKey(config.privateKey);
}

/** Loads what judging a reload needs, which the first change of a certificate or an audit file does otherwise. */
export const loadJudges = () => Promise.all([loadTlsJudge(), loadAuditJudge()]);

const loadTlsJudge = () => import('../http/index.ts');
const loadAuditJudge = () => import('../audit/index.ts');

async function tryTls(settings: Settings): Promise<void> {
  const tls = tlsOf(settings);
  if (!tls) return;
  const { checkTls } = await loadTlsJudge();
  checkTls(tls);
}

async function tryAuditFile({ auditFile }: Settings, claimOn: ClaimOn): Promise<readonly Problem[]> {
  if (auditFile === undefined) return [];
  const { complaintOn } = await loadAuditJudge();
  const complaint = complaintOn(auditFile, claimOn);
  return complaint === null ? [] : [{ setting: 'ZSCALER_MCP_AUDIT_FILE', file: null, line: null, ...complaint }];
}

/** A person waits for the command; a server would ask for longer, in the background. */
const ASK_LIMIT_MS = 10_000;

/**
 * Asks the cloud which products the tenant has.
 * @returns their names; a reason when the cloud does not tell; null when the filter is off or there are no credentials to ask with
 */
export async function askEntitlement(settings: Settings): Promise<readonly string[] | string | null> {
  if (settings.disableEntitlementFilter || settings.clientId === undefined) return null;
  const transport = new Transport();
  try {
    const cloud = createCloud(cloudConfigOf(settings), { tokens: new TokenCache(), transport, log: silent });
    const asked = cloud.entitlement();
    if (!(await endsWithin(ASK_LIMIT_MS, asked))) return `the cloud did not answer within ${ASK_LIMIT_MS / 1_000} s`;
    return (await asked)?.products ?? 'the token names no products';
  } catch (error) {
    return sayError(error);
  } finally {
    transport.close().catch(() => undefined);
  }
}

const problemOf = (error: unknown): Problem => ({
  setting: null,
  file: null,
  line: null,
  message: inWords(error),
  hint: error instanceof ZscalerMcpError ? (error.hint ?? '') : remedyFor(error),
});

/** On any other address, other people could take the fictional tenant for a real one. */
const demoForOthers = (host: string): Problem => ({
  setting: 'ZSCALER_MCP_HOST',
  file: null,
  line: null,
  message: `expected a loopback address (127.0.0.1, ::1, localhost) for the demo tenant, got "${host}"`,
  hint: 'Leave out --demo, or listen on 127.0.0.1.',
});
