/** What `status` shows a person: what runs, from where it is configured, what differs, what was done lately, how open it is. */
import { largest } from '../common/lists.ts';
import { describePending, describeRestart, type PastOperation } from '../lifecycle/index.ts';
import { draw, span, spell, spellTime, whole, wrap, type Row, type Span, type Text, type Tone } from './picture.ts';
import { describeProblem } from '../common/problem.ts';
import type { Printer } from './print.ts';
import type { StatusReport } from './status-report.ts';
import { describeShadow, secretsOfStart } from './status-settings.ts';

/** What is wrong with a server, in words; null when nothing is. */
interface Findings {
  /** Why it counts as dead. */
  readonly trouble: string | null;
  /** Why it counts as one that does not answer. */
  readonly silence: string | null;
}

/** Prints the picture to standard output, and what is wrong to standard error. */
export function printPicture(report: StatusReport, { trouble, silence }: Findings, { out, err, canvas }: Printer): void {
  const now = Date.now();
  const show = (print: (line: string) => void, text: Text) => {
    for (const line of wrap(text, canvas)) print(line);
  };
  const wrong = trouble ?? silence;
  if (wrong === null) show(out, headline(report));
  else show(err, [span('●', 'bad'), span(`zscaler-mcp: ${wrong}`)]);
  const groups = trouble === null ? groupsOf(report, now) : groupsOfDead(report, now);
  for (const line of draw(groups, canvas)) out(line);
  out('');
  show(out, [span(trouble === null ? report.envAdvice : AFTER_DEATH, 'faint')]);
  const warnings = report.envWarnings.filter((warning) => !report.envAdvice.includes(warning));
  const faults = trouble === null ? report.faults : [];
  for (const warning of [...warnings, ...faults]) show(err, [span(`warning: ${warning}`, 'waiting')]);
}

const AFTER_DEATH =
  'Its log says why it ended, unless it was killed: then `dmesg`, the service manager or the container engine may know. A new server replaces this PID file by itself; `zscaler-mcp stop` removes it without one.';

function headline({ version, state, generation, demo }: StatusReport): Span[] {
  const tone = state === 'ready' ? 'good' : 'waiting';
  return [
    span('●', tone),
    span(`zscaler-mcp ${version}`, 'strong'),
    span('is running:'),
    span(`${state},`, tone),
    span(`generation ${generation}`),
    ...(demo ? [span('(DEMO)', 'waiting')] : []),
  ];
}

const groupsOf = (report: StatusReport, now: number): Row[][] => [
  processRows(report, now),
  otherRows(report, now),
  [...sourceRows(report, now), ...differenceRows(report), ...shadowRows(report)],
  pastRows(report, now),
  postureRows(report),
];

function groupsOfDead(report: StatusReport, now: number): Row[][] {
  const { pid, state, startedAt, generation, pidFile } = report;
  return [
    [
      { label: 'PID', text: `${pid}, was ${state}` },
      { label: 'started', text: [...ago(startedAt, now), span(`(generation ${generation} was the last)`)] },
      transportRow(report),
      { label: 'PID file', text: pidFile },
    ],
    otherRows(report, now),
    sourceRows(report, now),
    pastRows(report, now),
  ];
}

function processRows(report: StatusReport, now: number): Row[] {
  const { pid, uptimeSeconds, generation, generationStartedAt, pidFile } = report;
  const begunAt = new Date(now - (uptimeSeconds ?? 0) * 1_000).toISOString();
  return [
    { label: 'PID', text: String(pid) },
    { label: 'uptime', text: [whole(`${spell(uptimeSeconds ?? 0)},`), span('since'), whole(spellTime(begunAt))] },
    ...(generation > 1 ? [{ label: 'generation', text: [span(`${generation}, begun`), ...ago(generationStartedAt, now)] }] : []),
    transportRow(report),
    { label: 'restart', text: describeRestart(report) },
    { label: 'PID file', text: pidFile },
  ];
}

/** Servers of the same user that commands do not ask. */
const otherRows = ({ others }: StatusReport, now: number): Row[] =>
  others.map(({ pid, transport, url, cwd, startedAt, pidFile }) => ({
    label: 'also runs',
    text: [
      whole(`PID ${pid},`),
      whole(url === null ? transport : `${transport} at ${url}`),
      whole(`in ${cwd},`),
      span('since'),
      ...ago(startedAt, now),
      span(
        pidFile === null
          ? `(commands do not ask it; kill -HUP ${pid} reloads it, kill -USR2 ${pid} restarts it)`
          : `(commands ask it with --pid-file ${pidFile})`,
      ),
    ],
  }));

const transportRow = ({ transport, url }: StatusReport): Row => ({
  label: 'transport',
  text: url === null ? transport : `${transport} at ${url}`,
});

const sourceRows = ({ dotenvPath, envSource, config, secretSources, settings = [] }: StatusReport, now: number): Row[] => [
  { label: '.env', text: dotenvPath ?? 'none' },
  { label: 'source', text: [span(envSource, tonesOf[envSource] ?? 'plain')] },
  ...(config.loadedAt === '' ? [] : [{ label: 'loaded', text: ago(config.loadedAt, now) }]),
  ...secretSources.map(({ place, settings: names, readAt }) => ({
    label: 'secrets',
    text: [span(`${place}: ${names.join(', ') || 'nothing'}, read`), ...ago(readAt, now)],
  })),
  ...secretsOfStart(settings).map((name) => ({
    label: 'secrets',
    text: `the environment of the start: ${name}, which only a new start reads again`,
  })),
];

const tonesOf: Readonly<Record<string, Tone>> = { missing: 'waiting', 'fresh-discovery': 'waiting' };

/** Where what is on disk differs from what runs, each with what to do about it. */
function differenceRows({
  envSource,
  envChanged,
  envFile,
  config: { pendingRestart },
  codeChanged,
  codeGone,
  restartObstacle,
  secretSources,
  secretFilesChanged,
}: StatusReport): Row[] {
  const differences: Span[][] = [
    ...(envChanged ? [[span('the .env has changed since it was loaded:'), RELOAD]] : []),
    ...secretFilesChanged.map((path) => [span(`${path} was written since it was read, or is gone:`), RELOAD]),
    ...(envSource === 'fresh-discovery' ? [[span('there is a .env that was not read: the line at the end says why')]] : []),
    ...(envSource === 'missing'
      ? [
          [
            span(
              `the .env ${envFile?.isPipe === true ? 'was a pipe, which cannot be read again' : 'is gone'}; what was last read from it stays in force`,
            ),
          ],
        ]
      : []),
    ...(isLive(envSource) && envChanged === null
      ? [[span('whether the .env has changed cannot be seen: the line at the end says why')]]
      : []),
    ...(pendingRestart.length > 0
      ? [[span('waiting for'), RESTART, span(`to apply ${pendingRestart.map(describePending).join(', ')}`)]]
      : []),
    ...(codeGone ? [[span('the program is gone from disk: until it is back, a restart is refused')]] : []),
    ...(restartObstacle === null ? [] : [[span(`a restart is refused: ${restartObstacle}`)]]),
    ...(codeChanged && !codeGone && restartObstacle === null ? [[span('the program on disk is not the one that runs:'), RESTART]] : []),
  ];
  const isManaged = secretSources.some(({ kind }) => kind !== 'file');
  if (differences.length === 0 && isManaged)
    return [{ label: 'differs', text: [span('nothing that can be seen from here;'), RELOAD, span('asks the secrets manager')] }];
  if (differences.length === 0) return [{ label: 'differs', text: [span('nothing from what runs', 'good')] }];
  return differences.map((text) => ({ label: 'differs', mark: ATTENTION, text: text.map((part) => ({ ...part, tone: 'waiting' })) }));
}

/** As of the last load: an edit since then is known to the next reload. */
const shadowRows = ({ shadowed }: StatusReport): Row[] =>
  shadowed.map((shadow) => ({ label: 'shadowed', mark: ATTENTION, text: [span(describeShadow(shadow), 'waiting')] }));

const isLive = (envSource: string): boolean => envSource === 'live' || envSource === 'live (bind-mounted)';

const RELOAD = whole('zscaler-mcp reload');
const RESTART = whole('zscaler-mcp restart');
const ATTENTION = span('!', 'waiting');

const SHOWN_OPERATIONS = 5;
const SHOWN_PROBLEMS = 3;

/** The latest operations, newest first; below the newest that failed, what was wrong. */
function pastRows({ operations, failedCount }: StatusReport, now: number): Row[] {
  const shown = operations.slice(-SHOWN_OPERATIONS).toReversed();
  const width = Math.max(0, largest(shown.map(({ outcome }) => outcome.length)));
  const latestBad = shown.find((past) => toneOf(past) === 'bad');
  const rows = shown.flatMap((past): Row[] => [
    { label: 'lately', mark: span(marks[toneOf(past)], toneOf(past)), text: operationText(past, width, now) },
    ...(past === latestBad ? problemsOf(past) : []).map((text) => ({ label: 'lately', mark: span(' '), text: [span(text, 'bad')] })),
  ]);
  const isMore = failedCount > shown.filter((past) => toneOf(past) === 'bad').length;
  return isMore ? [...rows, { label: 'failed', text: `${failedCount} in all; status --json has the errors of the last 20` }] : rows;
}

function operationText(past: PastOperation, outcomeWidth: number, now: number): Span[] {
  return [
    whole(past.kind.padEnd('restart'.length)),
    whole(past.outcome.padEnd(outcomeWidth), toneOf(past)),
    whole(`${spell(secondsSince(past.finishedAt, now), 1)} ago,`),
    whole(`took ${spellDuration(past.durationMs)},`),
    whole(askerOf(past)),
  ];
}

const marks = { good: '✓', bad: '✗', waiting: '!' } as const;
const BAD: ReadonlySet<string> = new Set(['refused', 'failed', 'rolled-back', 'timed-out']);

const toneOf = ({ outcome, errors }: PastOperation): keyof typeof marks =>
  errors.length > 0 || BAD.has(outcome) ? 'bad' : outcome === 'applied-restart-pending' ? 'waiting' : 'good';

/** One line for each problem; the verdict's message when it names none. */
function problemsOf({ errors, message }: PastOperation): string[] {
  if (errors.length === 0) return [message];
  const more = errors.length - SHOWN_PROBLEMS;
  const shown = errors.slice(0, SHOWN_PROBLEMS).map((problem) => describeProblem({ ...problem, hint: '' }));
  return more > 0 ? [...shown, `and ${more} more`] : shown;
}

function askerOf({ askedBy }: PastOperation): string {
  if (askedBy === null) return 'asked by a signal';
  if (askedBy.by === 'watch') return 'because the .env changed';
  return askedBy.uid === null ? 'asked by somebody' : `asked by uid ${askedBy.uid}`;
}

/** How open the server is. */
function postureRows({ posture }: StatusReport): Row[] {
  if (posture === null) return [];
  return [
    { label: 'on', text: listed(posture.on) },
    { label: 'off', text: listed(posture.off) },
    ...posture.risks.map(({ message }) => ({ label: 'risk', mark: ATTENTION, text: [span(message, 'waiting')] })),
  ];
}

const listed = (words: readonly string[]): Span[] =>
  words.length === 0 ? [span('nothing')] : words.map((word, at) => whole(at === words.length - 1 ? word : `${word},`));

const spellDuration = (ms: number): string => (ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`);

const secondsSince = (iso: string, now: number): number => (now - Date.parse(iso)) / 1_000 || 0;

const ago = (iso: string, now: number): Span[] => [whole(`${spell(secondsSince(iso, now))} ago,`), whole(spellTime(iso))];
