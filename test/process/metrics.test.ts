/** Metrics of a real server. */
import { describe, expect, it } from 'vitest';
import { startServer, type TestServer } from './harness.ts';
import { callTool } from './mcp.ts';

const scrape = (server: TestServer, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(new URL('/metrics', server.url), { headers });

/** The samples of a text in the exposition format, by name and labels as they are written. */
async function samplesOf(server: TestServer): Promise<ReadonlyMap<string, number>> {
  const response = await scrape(server);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, expect.stringMatching(/^text\/plain; version=0\.0\.4/)]);
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const [, name = line, value] = /^(\S+(?:\{.*\})?) (\S+)$/.exec(line) ?? [];
      return [name, Number(value)];
    }),
  );
}

describe('metrics', () => {
  it('are off by default, and are switched on and off by a reload', async () => {
    const server = await startServer({ dotenv: '\n' });
    expect((await scrape(server)).status).toBe(404);
    server.writeDotenv('ZSCALER_MCP_METRICS=true\n');
    expect(await server.ask('reload')).toMatchObject({ outcome: 'applied' });
    expect((await scrape(server)).status).toBe(200);
    server.writeDotenv('\n');
    await server.ask('reload');
    expect((await scrape(server)).status).toBe(404);
  });

  it('count requests, calls and what the cloud answered', async () => {
    const server = await startServer({ args: ['--metrics'] });
    for (let round = 0; round < 3; round++) await callTool(server.url, 'zia_list_rule_labels');
    await callTool(server.url, 'zia_get_rule_label', { label_id: '999999999' });
    const samples = await samplesOf(server);
    expect(samples.get('zscaler_mcp_tool_calls_total{tool="zia_list_rule_labels",outcome="ok"}')).toBe(3);
    expect([...samples.keys()].filter((name) => name.startsWith('zscaler_mcp_tool_calls_total{tool="zia_get_rule_label"'))).toEqual([
      'zscaler_mcp_tool_calls_total{tool="zia_get_rule_label",outcome="ERR_CLOUD_ANSWER"}',
    ]);
    expect(samples.get('zscaler_mcp_tool_call_duration_seconds_count{product="zia"}')).toBe(4);
    expect(samples.get('zscaler_mcp_cloud_request_duration_seconds_count{product="zia",status="200"}')).toBe(3);
    expect(samples.get('zscaler_mcp_cloud_request_duration_seconds_count{product="token",status="200"}')).toBe(1);
    expect(samples.get('zscaler_mcp_cloud_requests_limit{product="zia"}')).toBe(5_000);
    expect(samples.get('zscaler_mcp_cloud_requests_remaining{product="zia"}')).toBeLessThan(5_000);
    expect(samples.get('zscaler_mcp_http_requests_total{method="POST",path="/mcp",status="200"}')).toBeGreaterThanOrEqual(4);
  });

  it('tell generation, outcomes and what waits, over restarts', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_METRICS=true\n' });
    await server.ask('restart');
    server.writeDotenv('ZSCALER_MCP_METRICS=true\nZSCALER_MCP_TOOLSETS=zia_locations\n');
    await server.ask('reload');
    server.writeDotenv('ZSCALER_MCP_METRICS=maybe\n');
    await server.ask('reload');
    const samples = await samplesOf(server);
    expect(samples.get('zscaler_mcp_generation')).toBe(2);
    expect(samples.get('zscaler_mcp_operations_total{kind="restart",outcome="restarted"}')).toBe(1);
    expect(samples.get('zscaler_mcp_operations_total{kind="reload",outcome="applied-restart-pending"}')).toBe(1);
    expect(samples.get('zscaler_mcp_operations_total{kind="reload",outcome="refused"}')).toBe(1);
    expect(samples.get('zscaler_mcp_operations_failed_total')).toBe(1);
    expect(samples.get('zscaler_mcp_last_operation_successful{kind="reload"}')).toBe(0);
    expect(samples.get('zscaler_mcp_last_operation_successful{kind="restart"}')).toBe(1);
    expect(samples.get('zscaler_mcp_config_pending_restart')).toBe(1);
    expect(samples.get('zscaler_mcp_config_load_time_seconds')).toBeGreaterThan(1.7e9);
    server.writeDotenv('ZSCALER_MCP_METRICS=true\n');
    await server.ask('reload');
    const later = await samplesOf(server);
    expect(later.get('zscaler_mcp_last_operation_successful{kind="reload"}')).toBe(1);
    expect(later.get('zscaler_mcp_operations_failed_total')).toBe(1);
    expect(later.get('zscaler_mcp_process_cpu_seconds_total')).toBeGreaterThan(0);
  });

  it('have no label that a caller can choose', async () => {
    const server = await startServer({ args: ['--metrics'] });
    await fetch(new URL('/SENTINEL-path?SENTINEL-query', server.url), { method: 'PUT', headers: { 'x-api-key': 'SENTINEL-key' } });
    await callTool(server.url, 'SENTINEL_tool').catch(() => undefined);
    const text = await (await scrape(server)).text();
    expect(text).not.toContain('SENTINEL');
    expect(text).toContain('zscaler_mcp_http_requests_total{method="other",path="other",status="404"} 1');
  });

  it('pass the same guards as MCP', async () => {
    const server = await startServer({ args: ['--metrics'], dotenv: 'ZSCALER_MCP_ALLOWED_SOURCE_IPS=192.0.2.7\n' });
    expect((await scrape(server)).status).toBe(403);
  });
});
