/** A recorded session as an SVG: the terminal above, the latency of every call below, both moving in the time of the recording. */

export interface Step {
  readonly line: string;
  /** What the step is called where it stands in the chart. */
  readonly mark: string;
  readonly typedAtMs: number;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** With escape sequences for colours. */
  readonly output: string;
}

/** One call: when it was due, and how long after that it was answered. */
export interface Sample {
  readonly atMs: number;
  readonly ms: number;
  readonly ok: boolean;
}

export interface Session {
  readonly columns: number;
  readonly steps: readonly Step[];
  readonly lengthMs: number;
  readonly samples: readonly Sample[];
  readonly perSecond: number;
  readonly sent: number;
  readonly failed: number;
  readonly sessions: number;
  readonly sessionsLost: number;
  readonly isSameProcess: boolean;
}

const FONT = 13;
/** Advance of a character of the usual monospaced fonts, as a share of their size; `textLength` makes it so for all others. */
const CHARACTER = FONT * 0.6;
const LINE = 19;
const MARGIN = 22;
const TITLE = 38;
const CHART = { height: 132, above: 46, below: 34 };
/** Milliseconds where the chart begins; its scale is logarithmic. */
const LEAST_MS = 1;

export function drawSession(session: Session): string {
  const lines = linesOf(session);
  const width = Math.round(session.columns * CHARACTER + 2 * MARGIN);
  const terminal = TITLE + lines.length * LINE + 16;
  const height = terminal + CHART.above + CHART.height + CHART.below;
  const { sent, failed, sessions, sessionsLost, perSecond, lengthMs } = session;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title desc">
<title id="title">zscaler-mcp is reloaded and restarted under load</title>
<desc id="desc">A terminal in which settings are reloaded, the server is restarted and a wrong setting is refused, while ${perSecond} calls a second arrive. Of ${sent} calls ${failed} failed; of ${sessions} sessions ${sessionsLost} were lost. Below, the latency of every call over ${(lengthMs / 1_000).toFixed(0)} seconds: the calls that came during the restart waited and were answered.</desc>
<style>${styles(lengthMs)}</style>
<rect class="frame" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="10"/>
<g class="dots"><circle cx="22" cy="20" r="5.5"/><circle cx="40" cy="20" r="5.5"/><circle cx="58" cy="20" r="5.5"/></g>
<text class="faint small" x="${width / 2}" y="24" text-anchor="middle">zscaler-mcp --demo, ${perSecond} calls a second, in real time</text>
<clipPath id="screen"><rect x="1" y="${TITLE - 6}" width="${width - 2}" height="${terminal - TITLE + 6}"/></clipPath>
<g clip-path="url(#screen)">
${lines.map((line, at) => drawLine(line, TITLE + (at + 1) * LINE)).join('\n')}
</g>
<line class="rule" x1="1" x2="${width - 1}" y1="${terminal}" y2="${terminal}"/>
${drawChart(session, width, terminal)}
</svg>
`;
}

/** Where nothing moves, as in a renderer without animations, the end is shown. */
const styles = (lengthMs: number): string => `
svg{--back:#fff;--text:#1f2328;--faint:#6e7781;--rule:#d8dee4;--good:#1a7f37;--bad:#cf222e;--wait:#9a6700;--dot:#0969da;--band:#ddf4ff}
@media(prefers-color-scheme:dark){svg{--back:#0d1117;--text:#e6edf3;--faint:#8b949e;--rule:#30363d;--good:#3fb950;--bad:#f85149;--wait:#d29922;--dot:#58a6ff;--band:#12243a}}
text{font:${FONT}px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace;fill:var(--text);white-space:pre}
.small{font-size:11px}.faint{fill:var(--faint)}.good{fill:var(--good)}.bad{fill:var(--bad)}.waiting{fill:var(--wait)}.strong{font-weight:700}
.end{font-weight:600}
.frame{fill:var(--back);stroke:var(--rule)}.dots{fill:var(--rule)}.rule,.grid{stroke:var(--rule)}.grid{stroke-dasharray:1 4}
.calls,.lost{fill:none;stroke:var(--dot);stroke-width:2.4;stroke-linecap:round;stroke-opacity:.6}.lost{stroke:var(--bad);stroke-opacity:1;stroke-width:4}
.band{fill:var(--band)}.curtain{fill:var(--back);visibility:hidden}.pen{stroke:var(--faint);opacity:0}
.l{animation:show 1ms linear both}.curtain{animation:away linear both}.type{animation-name:typed}.pen{animation:pen ${lengthMs.toFixed(0)}ms linear both}
@keyframes show{from{visibility:hidden}}
@keyframes away{from,99.9%{visibility:visible}to{transform:translateX(var(--far));visibility:hidden}}
@keyframes typed{from,99%{visibility:visible}to{transform:translateX(var(--far));visibility:hidden}}
@keyframes pen{from,99.9%{opacity:1}to{transform:translateX(var(--far));opacity:0}}
@media(prefers-reduced-motion:reduce){.l,.curtain,.type,.pen{animation-delay:-99s!important;animation-duration:1ms!important}}
`;

interface Line {
  readonly spans: readonly { readonly text: string; readonly tone: string }[];
  readonly atMs: number;
  /** Of a command: how long it is being typed. */
  readonly typingMs?: number;
}

/** In the order in which they appear. Lines longer than the terminal go on in the next one, as they do there. */
function linesOf({ steps, columns }: Session): Line[] {
  return steps.flatMap(({ line, typedAtMs, startedAtMs, endedAtMs, output }): Line[] => {
    const prompt = { text: '$ ', tone: 'faint' };
    const typed: Line = {
      spans: [prompt, { text: line, tone: 'strong' }],
      atMs: typedAtMs,
      typingMs: Math.min(700, startedAtMs - typedAtMs),
    };
    const answers = output
      .trimEnd()
      .split('\n')
      .flatMap((text) => fold(parseColours(text), columns));
    return [typed, ...answers.map((spans) => ({ spans, atMs: endedAtMs }))];
  });
}

type Spans = readonly { readonly text: string; readonly tone: string }[];

const tones: Readonly<Record<string, string>> = { '1': 'strong', '2': 'faint', '31': 'bad', '32': 'good', '33': 'waiting' };

function parseColours(text: string): Spans {
  // oxlint-disable-next-line no-control-regex
  const pieces = text.split(/\u{1b}\[(\d+)m/u);
  return pieces.flatMap((piece, at) => (at % 2 === 1 || piece === '' ? [] : [{ text: piece, tone: tones[pieces[at - 1] ?? ''] ?? '' }]));
}

function fold(spans: Spans, columns: number): Spans[] {
  const folded: { text: string; tone: string }[][] = [[]];
  let used = 0;
  for (const { text, tone } of spans) {
    for (let rest = text; rest !== '';) {
      if (used === columns) {
        folded.push([]);
        used = 0;
      }
      const part = rest.slice(0, columns - used);
      folded.at(-1)?.push({ text: part, tone });
      used += part.length;
      rest = rest.slice(part.length);
    }
  }
  return folded;
}

function drawLine({ spans, atMs, typingMs }: Line, y: number): string {
  const length = spans.reduce((sum, { text }) => sum + text.length, 0);
  const words = spans.map(({ text, tone }) => (tone === '' ? escape(text) : `<tspan class="${tone}">${escape(text)}</tspan>`)).join('');
  const show = `class="l" style="animation-delay:${atMs.toFixed(0)}ms"`;
  const fit = length === 0 ? '' : ` textLength="${(length * CHARACTER).toFixed(1)}" lengthAdjust="spacingAndGlyphs"`;
  const drawn = `<text ${show} x="${MARGIN}" y="${y}"${fit}>${words}</text>`;
  if (typingMs === undefined) return drawn;
  // A cover that moves away a character at a time.
  const typed = (length - 2) * CHARACTER;
  const cover = `<rect class="curtain type" x="${(MARGIN + 2 * CHARACTER).toFixed(1)}" y="${y - 14}" width="${(typed + 4).toFixed(1)}" height="${LINE}" style="--far:${(typed + 4).toFixed(1)}px;animation-duration:${typingMs.toFixed(0)}ms;animation-delay:${atMs.toFixed(0)}ms;animation-timing-function:steps(${length - 2})"/>`;
  return `${drawn}${cover}`;
}

function drawChart(session: Session, width: number, top: number): string {
  const { samples, lengthMs, steps, sent, failed, sessions, sessionsLost, isSameProcess } = session;
  const left = MARGIN + 26;
  const right = width - MARGIN;
  const above = top + CHART.above;
  const bottom = above + CHART.height;
  const x = (ms: number) => left + (Math.min(ms, lengthMs) / lengthMs) * (right - left);
  const decades = Math.max(3, Math.ceil(Math.log10(Math.max(...samples.map(({ ms }) => ms)) / LEAST_MS)));
  const y = (ms: number) => bottom - (Math.log10(Math.max(ms, LEAST_MS) / LEAST_MS) / decades) * CHART.height;
  const dots = (wanted: boolean) =>
    samples
      .filter(({ ok }) => ok === wanted)
      .map(({ atMs, ms }) => `M${x(atMs).toFixed(1)} ${y(ms).toFixed(1)}h0`)
      .join('');
  const grid = Array.from({ length: decades + 1 }, (_, at) => LEAST_MS * 10 ** at).map(
    (ms) =>
      `<line class="grid" x1="${left}" x2="${right}" y1="${y(ms)}" y2="${y(ms)}"/><text class="faint small" x="${left - 8}" y="${y(ms) + 4}" text-anchor="end">${ms < 1_000 ? ms : `${ms / 1_000} s`}</text>`,
  );
  const marks = steps
    .filter(({ mark }) => mark !== 'status')
    .map(({ mark, startedAtMs, endedAtMs }) => {
      const [from, to] = [x(startedAtMs), x(endedAtMs)];
      const label = `<text class="small ${mark === 'refused' ? 'bad' : mark === 'restart' ? 'strong' : 'faint'}" x="${((from + to) / 2).toFixed(1)}" y="${above - 6}" text-anchor="middle">${mark}</text>`;
      return `<rect class="band" x="${from.toFixed(1)}" y="${above}" width="${Math.max(2, to - from).toFixed(1)}" height="${CHART.height}"/>${label}`;
    });
  const seconds = Array.from({ length: Math.floor(lengthMs / 2_000) + 1 }, (_, at) => at * 2).map(
    (second) => `<text class="faint small" x="${x(second * 1_000).toFixed(1)}" y="${bottom + 18}" text-anchor="middle">${second} s</text>`,
  );
  const far = `--far:${(right - left + 8).toFixed(1)}px`;
  const lost = dots(false);
  const figures = [
    `${group(sent)} calls`,
    `${group(failed)} failed`,
    `${sessions} sessions, ${sessionsLost} lost`,
    ...(isSameProcess ? ['same PID'] : []),
  ];
  return `${marks.join('\n')}
${grid.join('\n')}
<path class="calls" d="${dots(true)}"/>${lost === '' ? '' : `<path class="lost" d="${lost}"/>`}
<clipPath id="chart"><rect x="${left - 3}" y="${above - 20}" width="${right - left + 6}" height="${CHART.height + 22}"/></clipPath>
<g clip-path="url(#chart)"><rect class="curtain" x="${left - 3}" y="${above - 20}" width="${right - left + 8}" height="${CHART.height + 22}" style="${far};animation-duration:${lengthMs.toFixed(0)}ms"/></g>
<line class="pen" x1="${left}" x2="${left}" y1="${above}" y2="${bottom}" style="${far}"/>
${seconds.join('')}
<text class="faint small" x="${MARGIN}" y="${top + 22}">latency of each call, ms</text>
<text class="l small end" style="animation-delay:${lengthMs.toFixed(0)}ms" x="${right}" y="${top + 22}" text-anchor="end">${figures.join(' · ')}</text>`;
}

const group = (count: number): string => count.toLocaleString('en-US');

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
