/**
 * Draws a recorded session as an SVG: the terminal above, the latency of every call below. Presentation attributes draw the end of
 * the session in light colours, so that renderers without style sheets or animations show all of it. The style sheet adds dark
 * colours and, unless reduced motion is requested, plays the session once in real time after a pause on the end.
 */

export interface Step {
  readonly line: string;
  /** Label of the step in the chart. */
  readonly mark: string;
  readonly typedAtMs: number;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** Output, with escape sequences for colours. */
  readonly output: string;
}

/** One call: when it was due, and its latency from then on. */
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
/** Character advance of common monospaced fonts, relative to the font size; `textLength` enforces it for others. */
const CHARACTER = FONT * 0.6;
const LINE = 19;
const MARGIN = 22;
const TITLE = 38;
const CHART = { height: 132, above: 46, below: 34 };
/** Lower end of the chart's logarithmic scale, in milliseconds. */
const LEAST_MS = 1;

/** Pause on the end of the session before it is played. */
const PAUSE_MS = 2_000;
/** Attributes of each tone in light colours. */
const TONES = {
  text: 'fill="#1f2328"',
  faint: 'fill="#6e7781"',
  good: 'fill="#1a7f37"',
  bad: 'fill="#cf222e"',
  waiting: 'fill="#9a6700"',
  strong: 'font-weight="700"',
} as const;
const DARK = { text: '#e6edf3', faint: '#8b949e', good: '#3fb950', bad: '#f85149', waiting: '#d29922' };

type Tone = keyof typeof TONES;

const tone = (name: Tone): string => `class="${name}" ${TONES[name]}`;

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
<rect class="frame" fill="#fff" stroke="#d8dee4" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="10"/>
<g class="dots" fill="#d8dee4"><circle cx="22" cy="20" r="5.5"/><circle cx="40" cy="20" r="5.5"/><circle cx="58" cy="20" r="5.5"/></g>
<clipPath id="screen"><rect x="1" y="${TITLE - 6}" width="${width - 2}" height="${terminal - TITLE + 6}"/></clipPath>
<g ${tone('text')} font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace" font-size="${FONT}">
<text ${tone('faint')} font-size="11" x="${width / 2}" y="24" text-anchor="middle">zscaler-mcp --demo, ${perSecond} calls a second, in real time</text>
<g clip-path="url(#screen)">
${lines.map((line, at) => drawLine(line, TITLE + (at + 1) * LINE)).join('\n')}
</g>
<line class="rule" stroke="#d8dee4" x1="1" x2="${width - 1}" y1="${terminal}" y2="${terminal}"/>
${drawChart(session, width, terminal)}
</g>
</svg>
`;
}

const styles = (lengthMs: number): string => `
@media(prefers-color-scheme:dark){
.frame{fill:#0d1117;stroke:#30363d}.curtain{fill:#0d1117}.dots{fill:#30363d}.rule,.grid{stroke:#30363d}
${Object.entries(DARK)
  .map(([name, colour]) => `.${name}{fill:${colour}}`)
  .join('')}
.calls{stroke:#58a6ff}.lost{stroke:#f85149}.band{fill:#12243a}.pen{stroke:#8b949e}
}
@media(prefers-reduced-motion:no-preference){
.l{animation:hidden 0s linear ${PAUSE_MS}ms}
.curtain,.pen{animation:leaving ${lengthMs.toFixed(0)}ms linear ${PAUSE_MS}ms}
}
@keyframes hidden{from,to{visibility:hidden}}
@keyframes leaving{from{visibility:visible}to{visibility:visible;transform:translateX(var(--far))}}
`;

interface Line {
  readonly spans: Spans;
  readonly atMs: number;
  /** Duration of typing, for a command. */
  readonly typingMs?: number;
}

/** Lines in order of appearance. Lines longer than the terminal are wrapped. */
function linesOf({ steps, columns }: Session): Line[] {
  return steps.flatMap(({ line, typedAtMs, startedAtMs, endedAtMs, output }): Line[] => {
    const prompt: Spans[number] = { text: '$ ', tone: 'faint' };
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

type Spans = readonly { readonly text: string; readonly tone: Tone }[];

/** Tones by the code of the escape sequence. */
const tonesOfCodes: Readonly<Record<string, Tone>> = { '1': 'strong', '2': 'faint', '31': 'bad', '32': 'good', '33': 'waiting' };

function parseColours(text: string): Spans {
  // oxlint-disable-next-line no-control-regex
  const pieces = text.split(/\u{1b}\[(\d+)m/u);
  return pieces.flatMap((piece, at) =>
    at % 2 === 1 || piece === '' ? [] : [{ text: piece, tone: tonesOfCodes[pieces[at - 1] ?? ''] ?? 'text' }],
  );
}

function fold(spans: Spans, columns: number): Spans[] {
  const folded: { text: string; tone: Tone }[][] = [[]];
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
  const words = spans
    .map((span) => (span.tone === 'text' ? escape(span.text) : `<tspan ${tone(span.tone)}>${escape(span.text)}</tspan>`))
    .join('');
  const fit = length === 0 ? '' : ` textLength="${(length * CHARACTER).toFixed(1)}" lengthAdjust="spacingAndGlyphs"`;
  const drawn = `<text class="l" xml:space="preserve" style="animation-duration:${atMs.toFixed(0)}ms" x="${MARGIN}" y="${y}"${fit}>${words}</text>`;
  if (typingMs === undefined) return drawn;
  // A cover that moves away one character at a time.
  const typed = (length - 2) * CHARACTER;
  const moves = `--far:${(typed + 4).toFixed(1)}px;animation-duration:${typingMs.toFixed(0)}ms;animation-delay:${(PAUSE_MS + atMs).toFixed(0)}ms;animation-timing-function:steps(${length - 2})`;
  const cover = `<rect class="curtain" fill="#fff" visibility="hidden" x="${(MARGIN + 2 * CHARACTER).toFixed(1)}" y="${y - 14}" width="${(typed + 4).toFixed(1)}" height="${LINE}" style="${moves}"/>`;
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
      `<line class="grid" stroke="#d8dee4" stroke-dasharray="1 4" x1="${left}" x2="${right}" y1="${y(ms)}" y2="${y(ms)}"/><text ${tone('faint')} font-size="11" x="${left - 8}" y="${y(ms) + 4}" text-anchor="end">${ms < 1_000 ? ms : `${ms / 1_000} s`}</text>`,
  );
  const marks = steps
    .filter(({ mark }) => mark !== 'status')
    .map(({ mark, startedAtMs, endedAtMs }) => {
      const [from, to] = [x(startedAtMs), x(endedAtMs)];
      const label = `<text ${tone(mark === 'refused' ? 'bad' : mark === 'restart' ? 'strong' : 'faint')} font-size="11" x="${((from + to) / 2).toFixed(1)}" y="${above - 6}" text-anchor="middle">${mark}</text>`;
      return `<rect class="band" fill="#ddf4ff" x="${from.toFixed(1)}" y="${above}" width="${Math.max(2, to - from).toFixed(1)}" height="${CHART.height}"/>${label}`;
    });
  const seconds = Array.from({ length: Math.floor(lengthMs / 2_000) + 1 }, (_, at) => at * 2).map(
    (second) =>
      `<text ${tone('faint')} font-size="11" x="${x(second * 1_000).toFixed(1)}" y="${bottom + 18}" text-anchor="middle">${second} s</text>`,
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
<g fill="none" stroke-linecap="round"><path class="calls" stroke="#0969da" stroke-width="2.4" stroke-opacity=".6" d="${dots(true)}"/>${lost === '' ? '' : `<path class="lost" stroke="#cf222e" stroke-width="4" d="${lost}"/>`}</g>
<clipPath id="chart"><rect x="${left - 3}" y="${above - 20}" width="${right - left + 6}" height="${CHART.height + 22}"/></clipPath>
<g clip-path="url(#chart)"><rect class="curtain" fill="#fff" visibility="hidden" x="${left - 3}" y="${above - 20}" width="${right - left + 8}" height="${CHART.height + 22}" style="${far}"/></g>
<line class="pen" stroke="#6e7781" visibility="hidden" x1="${left}" x2="${left}" y1="${above}" y2="${bottom}" style="${far}"/>
${seconds.join('')}
<text ${tone('faint')} font-size="11" x="${MARGIN}" y="${top + 22}">latency of each call, ms</text>
<text class="l" style="animation-duration:${lengthMs.toFixed(0)}ms" font-size="11" font-weight="600" x="${right}" y="${top + 22}" text-anchor="end">${figures.join(' · ')}</text>`;
}

const group = (count: number): string => count.toLocaleString('en-US');

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
