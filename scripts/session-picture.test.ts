/** Checks that the picture shows the end of the session in a renderer without style sheets and animations. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drawSession } from './session-picture.ts';

const drawn = drawSession({
  columns: 40,
  steps: [
    {
      line: 'zscaler-mcp reload',
      mark: 'reload',
      typedAtMs: 0,
      startedAtMs: 500,
      endedAtMs: 700,
      output: '\u{1b}[32mapplied:\u{1b}[0m\n  two  lines\n',
    },
  ],
  lengthMs: 2_000,
  samples: [
    { atMs: 10, ms: 4, ok: true },
    { atMs: 20, ms: 9, ok: false },
  ],
  perSecond: 100,
  sent: 2,
  failed: 1,
  sessions: 1,
  sessionsLost: 0,
  isSameProcess: true,
});
const committed = readFileSync(join(import.meta.dirname, '../docs/reload-and-restart.svg'), 'utf8');

interface Element {
  readonly name: string;
  readonly attributes: string;
  /** Attributes of the element and its ancestors. */
  readonly inherited: string;
}

/** The picture without style sheet and `style` attributes. Clip paths are not drawn. */
function elementsOf(svg: string): Element[] {
  const plain = svg.replaceAll(/<(style|clipPath|title|desc)\b[\s\S]*?<\/\1>/g, '').replaceAll(/ style="[^"]*"/g, '');
  const around: string[] = [];
  return [...plain.matchAll(/<(\/?)([\w]+)([^>]*?)(\/?)>/g)].flatMap(([, isEnd, name = '', attributes = '', isEmpty]) => {
    if (isEnd) around.pop();
    if (isEnd) return [];
    const element = { name, attributes, inherited: [...around, attributes].join(' ') };
    if (!isEmpty) around.push(attributes);
    return [element];
  });
}

describe.each([
  ['a picture as it is drawn', drawn],
  ['the committed picture', committed],
])('%s', (_, svg) => {
  it('hides nothing but what covers and points while it plays', () => {
    const hidden = elementsOf(svg).filter(({ inherited }) => /visibility="hidden"|opacity="0"|display="none"/.test(inherited));
    expect(hidden.length).toBeGreaterThanOrEqual(3);
    expect(hidden.filter(({ attributes }) => !/class="(?:curtain|pen)"/.test(attributes))).toEqual([]);
  });

  it('gives every shape and every word a colour by attributes, black for none', () => {
    const shapes = elementsOf(svg).filter(({ name }) => ['text', 'tspan', 'rect', 'circle', 'line', 'path'].includes(name));
    const wanted = (name: string) => (['line', 'path'].includes(name) ? / stroke="#/ : / fill="#/);
    expect(shapes.length).toBeGreaterThan(10);
    expect(shapes.filter(({ name, inherited }) => !wanted(name).test(inherited))).toEqual([]);
  });

  it('keeps blanks, and says the font, by attributes', () => {
    const lines = elementsOf(svg).filter(({ name, attributes }) => name === 'text' && attributes.includes('textLength'));
    expect(lines.filter(({ attributes }) => !attributes.includes('xml:space="preserve"'))).toEqual([]);
    expect(lines.filter(({ inherited }) => !/font-family="[^"]*monospace"[^]*font-size="13"/.test(inherited))).toEqual([]);
  });

  it('moves only where motion is welcome, and is not empty before it starts to move', () => {
    const [, sheet = ''] = /<style>([\s\S]*?)<\/style>/.exec(svg) ?? [];
    const [motion = ''] = /@media\(prefers-reduced-motion:no-preference\)\{[\s\S]*?\n\}/.exec(sheet) ?? [];
    const animations = [...sheet.matchAll(/animation:[^;}]+/g)].map(([each]) => each);
    expect(animations.length).toBeGreaterThan(0);
    for (const each of animations) {
      expect(motion).toContain(each);
      // The duration, then a pause at the end; no animation has a fill mode.
      expect(each).toMatch(/^animation:\w+ \w+ linear 2000ms$/);
    }
    const around = sheet.replace(motion, '').replaceAll(/@keyframes[^\n]+/g, '');
    expect(around).not.toMatch(/visibility|opacity|display|var\(/);
  });
});
