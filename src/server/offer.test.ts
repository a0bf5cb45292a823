import { expect, it } from 'vitest';
import { loadSettings } from '../settings/index.ts';
import { catalogue, Enabled } from '../tools/index.ts';
import { createOffer } from './offer.ts';

it('keeps a limited number of lists: each caller may enable another set of toolsets', () => {
  const { settings } = loadSettings({ flags: {}, envFile: null, boot: { ZSCALER_MCP_TOOLSETS: 'discover' } });
  const offer = createOffer(catalogue, settings, new Enabled());
  expect(offer.enabledBy('a')).not.toBeNull();
  const toolsets = [...new Set(catalogue.map(({ toolset }) => toolset))];
  expect(toolsets.length).toBeGreaterThan(33);
  const first = offer.listFor('nobody');
  expect(offer.listFor('another')).toBe(first);
  for (const [at, toolset] of toolsets.slice(0, 33).entries()) {
    offer.enable(`caller ${at}`, [toolset]);
    const list = offer.listFor(`caller ${at}`);
    expect(list.length).toBeGreaterThan(first.length - 1);
    // In use, so that it stays.
    if (at < 20) expect(offer.listFor('nobody')).toBe(first);
  }
  const again = offer.listFor('nobody');
  expect(again).not.toBe(offer.listFor('caller 0'));
  const before = offer.listFor('caller 0');
  for (let at = 1; at < 33; at++) offer.listFor(`caller ${at}`);
  expect(offer.listFor('caller 0')).not.toBe(before);
  expect(offer.listFor('caller 0').map(({ name }) => name)).toEqual(before.map(({ name }) => name));
});
