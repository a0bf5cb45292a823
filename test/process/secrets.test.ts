import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { runCommand, startServer } from './harness.ts';
import { startCloud } from './cloud.ts';
import { callTool } from './mcp.ts';

it('a secret, set and then rotated, appears in no output, no log, no file beside the PID file, at level debug', async () => {
  const cloud = await startCloud();
  const sentinels = ['SENTINEL-one-7f3a', 'SENTINEL-two-9c1d'];
  const dotenv = (secret: string) =>
    `${cloud.dotenv({ ZSCALER_CLIENT_SECRET: secret })}ZSCALER_MCP_LOG_LEVEL=debug\nZSCALER_MCP_LOG_TOOL_CALLS=true\nHTTPS_PROXY=http://user:${secret}@127.0.0.1:9\nNO_PROXY=127.0.0.1,localhost\n`;
  const server = await startServer({ demo: false, dotenv: dotenv(sentinels[0] ?? '') });
  const seen: string[] = [];
  const files = () =>
    [server.pidFile, ...readdirSync(`${server.pidFile}.d`).map((name) => `${server.pidFile}.d/${name}`)].map((path) =>
      readFileSync(path, 'utf8'),
    );
  const everything = async () => {
    for (const words of [['status'], ['reload'], ['restart', '--dry-run'], ['restart'], ['reload', '--dry-run']]) {
      for (const json of [[], ['--json']]) {
        const { out, err } = await server.command(...words, ...json);
        seen.push(out, err, ...files());
      }
    }
    const check = await runCommand(['check', '--dotenv-path', server.dotenvPath, '--transport', 'streamable-http']);
    const checkJson = await runCommand(['check', '--json', '--dotenv-path', server.dotenvPath, '--transport', 'streamable-http']);
    seen.push(check.out, check.err, checkJson.out, checkJson.err);
    seen.push(JSON.stringify(await callTool(server.url, 'zia_list_rule_labels', { search: 'x' })));
  };
  await everything();
  server.writeDotenv(dotenv(sentinels[1] ?? ''));
  await everything();
  server.writeDotenv(
    `${dotenv(sentinels[1] ?? '')}ZSCALER_MCP_PORT=${sentinels[1]}x\nZSCALER_VANITY_DOMAIN=not a label\n"${sentinels[1]}\n`.replace(
      `PORT=${sentinels[1]}x`,
      'PORT=x',
    ),
  );
  await everything();
  const { out, err } = await runCommand([`--client-secret=${sentinels[0]}`, sentinels[1] ?? '']);
  seen.push(out, err);
  await server.ask('stop');
  seen.push(server.log(), server.stdout());
  expect(seen.join('').length).toBeGreaterThan(5_000);
  for (const sentinel of sentinels) {
    const at = seen.findIndex((text) => text.includes(sentinel));
    expect(at < 0 ? '' : (seen[at] ?? '').replaceAll(sentinel, '<<HERE>>')).toBe('');
  }
});
