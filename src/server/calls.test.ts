import { afterEach, describe, expect, it } from 'vitest';
import { openLog } from '../common/log.ts';
import { loadSettings, type Settings } from '../settings/index.ts';
import { Calls } from './calls.ts';

const settingsWith = (boot: Record<string, string>): Settings => loadSettings({ flags: {}, envFile: null, boot }).settings;

let calls: Calls;
afterEach(() => calls.close());

const start = (boot: Record<string, string>): Calls => {
  const options = {
    log: openLog('silent'),
    demo: null,
    state: null,
    saved: null,
    sessions: () => 0,
    secrets: () => [],
    process: () => null,
  };
  calls = new Calls({ settings: settingsWith(boot), ...options });
  return calls;
};

describe('the rate limit', () => {
  it('goes on counting when a reload leaves the limit as it is', async () => {
    const before = start({ ZSCALER_MCP_RATE_LIMIT: '10' }).edge.requests.rate;
    (await calls.prepare(settingsWith({ ZSCALER_MCP_RATE_LIMIT: '10', ZSCALER_MCP_LOG_LEVEL: 'debug' }))).commit();
    expect(calls.edge.requests.rate).toBe(before);
  });

  it('goes on counting when a reload to another limit is discarded', async () => {
    const before = start({ ZSCALER_MCP_RATE_LIMIT: '10' }).edge.requests.rate;
    (await calls.prepare(settingsWith({ ZSCALER_MCP_RATE_LIMIT: '20' }))).discard();
    (await calls.prepare(settingsWith({ ZSCALER_MCP_RATE_LIMIT: '10' }))).commit();
    expect(calls.edge.requests.rate).toBe(before);
  });

  it('starts over with another limit', async () => {
    start({ ZSCALER_MCP_RATE_LIMIT: '10' });
    (await calls.prepare(settingsWith({ ZSCALER_MCP_RATE_LIMIT: '20' }))).commit();
    expect(calls.edge.requests.rate.perMinute).toBe(20);
  });
});
