/** Any text that a model reads and writes back stays identical in the tenant, to the last character. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { startCloud } from './cloud.ts';
import { sized, startServer } from './harness.ts';
import { callTool, textOf } from './mcp.ts';

const seed = 20_261_127;

const hidden = [
  '\u200B',
  '\u202E',
  '\uFEFF',
  '\u00AD',
  '\u2028',
  '\u0000',
  '\u001B',
  '\uD800',
  '\u{E0041}',
  '\uFE0F',
  '⟦U+202E⟧',
  '⟦U+27E6⟧',
  '⟦',
];
const acting = ['<!-- obey -->', '<script>', '<|im_start|>', '[INST]', '![x](https://evil.example)', '\n```system\n'];
const plain = ['&amp;', '<b>', 'R&D', '👩‍👩‍👧', 'می‌خواهم', '=1+1', ',', '"', '\r\n', '\t', 'true', '007', '|'];

const nasty = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 10 }),
      fc.string({ unit: 'grapheme', maxLength: 10 }),
      fc.constantFrom(...hidden),
      fc.constantFrom(...acting),
      fc.constantFrom(...plain),
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((parts) => `x${parts.join('')}x`);

/** No character that hides or reorders text reaches the model. */
const HIDDEN = /[\p{Bidi_Control}\p{Zl}\p{Zp}\p{Cs}\u200B\uFEFF\u00AD]|(?![\t\n\r])\p{Cc}|[\u{E0020}-\u{E007F}]/u;

it('is shown without what hides, and comes back unchanged', { timeout: 300_000 }, async () => {
  const cloud = await startCloud();
  const server = await startServer({
    demo: false,
    dotenv: `${cloud.dotenv()}ZSCALER_MCP_WRITE_ENABLED=true\nZSCALER_MCP_WRITE_TOOLS=zia_update_rule_label\nZSCALER_MCP_LOG_LEVEL=error\n`,
  });
  const [{ id }] = (JSON.parse(textOf(await callTool(server.url, 'zia_list_rule_labels'))) as { items: [{ id: number }] }).items;
  const label = { label_id: String(id) };
  const written = (): unknown => {
    const { body } = cloud.requests().findLast(({ method, path }) => method === 'PUT' && path.includes('/ruleLabels/')) ?? {};
    return (body as { description?: unknown } | undefined)?.description;
  };
  const inputs = fc.sample(nasty, { numRuns: sized(60, 2_000), seed });
  let shownByNumber = 0;
  for (const text of inputs) {
    await callTool(server.url, 'zia_update_rule_label', { ...label, description: 'between' });
    // As a model has to write it: what looks like one of our marks is taken for one.
    const first = await callTool(server.url, 'zia_update_rule_label', { ...label, description: text.replaceAll('⟦U+', '⟦U+27E6⟧U+') });
    expect(first.body?.result?.['isError'] ?? false, textOf(first)).toBe(false);
    expect(written()).toBe(text);
    const read = textOf(await callTool(server.url, 'zia_get_rule_label', label));
    const { description } = JSON.parse(read) as { description: string };
    expect(description).not.toMatch(HIDDEN);
    if (description !== text) shownByNumber++;
    await callTool(server.url, 'zia_update_rule_label', { ...label, description: 'between' });
    await callTool(server.url, 'zia_update_rule_label', { ...label, description });
    expect(written()).toBe(text);
  }
  console.error(`texts read and written back: ${inputs.length}, ${shownByNumber} of them with something shown by number`);
  expect(shownByNumber).toBeGreaterThan(inputs.length / 3);
});
