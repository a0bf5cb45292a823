/** Runs the commands of docs/operations/docker.md exactly as on the page. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { engine, lacksEngine, makeFolder, report } from './container.ts';
import { IMAGE, repository, type Finished } from './engine.ts';

const KEY = '0123456789abcdefghijklmnopqrstuvwxyz';
const page = readFileSync(join(repository, 'docs/operations/docker.md'), 'utf8');

/** The commands of a section of the page. */
function linesOf(heading: string): string {
  const section = page.split(/^## /m).find((each) => each.startsWith(`${heading}\n`)) ?? '';
  const blocks = [...section.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, text]) => text);
  if (blocks.length === 0) throw new Error(`the page has no lines to type below "${heading}"`);
  return blocks.join('');
}

const helpers = `
trap 'docker rm --force zscaler-mcp >/dev/null 2>&1' EXIT
until_ready() {
  for i in $(seq 100); do curl --silent --fail http://127.0.0.1:8000/readyz >/dev/null && return; sleep 0.2; done
  docker logs zscaler-mcp; exit 1
}
initialize() {
  curl --silent --output /dev/null --write-out '%{http_code}\\n' --header 'content-type: application/json' \\
    --header 'accept: application/json, text/event-stream' "$@" --data '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"a test","version":"1"}}}' http://127.0.0.1:8000/mcp
}
`;

async function type(script: string, folder: string): Promise<Finished> {
  await engine.must('tag', IMAGE, 'zscaler-mcp');
  // A person is slower than a script.
  const finished = await engine.script(helpers + script.replace(/^(?=docker exec)/m, 'until_ready\n'), folder);
  expect(finished.code, finished.out + finished.err).toBe(0);
  return finished;
}

/** A `.env` with invented credentials: the cloud is not contacted before a call. */
function folderWithSettings(): string {
  const folder = makeFolder();
  const text = 'ZSCALER_MCP_LOG_LEVEL=info\nZSCALER_MCP_DISABLE_ENTITLEMENT_FILTER=true\n';
  writeFileSync(join(folder, 'my.env'), text, { mode: 0o600 });
  return folder;
}

describe.skipIf(lacksEngine !== null)('the page about Docker', () => {
  it('tells how to build the image that is tested', () => {
    expect(page).toContain('docker build --file deploy/docker/Dockerfile --tag zscaler-mcp .');
  });

  it('"Try it": works without further settings, and listens on loopback alone', async () => {
    const { out } = await type(
      `${linesOf('Try it')}
echo "demo $(initialize)"
echo "name $(initialize --header 'host: rebound.example')"
docker exec zscaler-mcp zscaler-mcp restart
echo "again $(initialize)"
docker exec zscaler-mcp id -u
docker stop zscaler-mcp >/dev/null
docker inspect --format 'exit {{.State.ExitCode}}' zscaler-mcp
`,
      makeFolder(),
    );
    expect(out).toMatch(/http:\/\/127\.0\.0\.1:8000\/mcp/);
    for (const line of ['demo 200', 'name 421', 'generation 2 serves', 'again 200', '\n1000\n', 'exit 0']) expect(out).toContain(line);
    report('"Try it" of the page: the demo at 127.0.0.1:8000 alone, restart, stop with exit 0');
  });

  it('"Your tenant": rejects clients without the key, is published on this machine only, and reloads an edited .env', async () => {
    const [start = '', reload = ''] = linesOf('Your tenant').split(/(?<=zscaler-mcp status\n)/);
    const { out } = await type(
      `${start}
key=$(sed -n s/^ZSCALER_MCP_AUTH_API_KEY=//p my.env)
echo "without $(initialize)"
echo "wrong $(initialize --header 'authorization: Bearer wrong')"
echo "right $(initialize --header "authorization: Bearer $key")"
echo "name $(initialize --header "authorization: Bearer $key" --header 'host: rebound.example')"
echo "port $(docker port zscaler-mcp)"
docker exec zscaler-mcp zscaler-mcp status
sed -i s/=info/=warn/ config/.env
${reload}
echo "again $(initialize --header "authorization: Bearer $key")"
docker stop zscaler-mcp >/dev/null
docker inspect --format 'exit {{.State.ExitCode}}' zscaler-mcp
`,
      folderWithSettings(),
    );
    for (const line of ['without 401', 'wrong 401', 'right 200', 'name 421', 'again 200', 'live (bind-mounted)', 'exit 0'])
      expect(out).toContain(line);
    expect(out).toMatch(/^port 8000\/tcp -> 127\.0\.0\.1:8000$/m);
    expect(out).toMatch(/ZSCALER_MCP_LOG_LEVEL\s+info -> warn/);
    report('"Your tenant" of the page: 401 without the key, 200 with it, 421 for another name; sed -i, reload; stop with exit 0');
  });

  it('"Your tenant" without its key does not start, and says why', async () => {
    const lines = linesOf('Your tenant')
      .split(/(?=docker exec)/)[0]
      ?.replace(/^echo .*$/m, '')
      .replace(' --restart unless-stopped', '');
    const { out } = await type(`${lines}\ndocker wait zscaler-mcp\ndocker logs zscaler-mcp 2>&1\n`, folderWithSettings());
    expect(out).toMatch(/^4$/m);
    expect(out).toContain('ZSCALER_MCP_AUTH_API_KEY');
  });

  it.each([
    ['compose.yaml', 'config/.env', '/config/.env'],
    ['compose.single-file.yaml', '.env', '/app/.env'],
  ])('%s: comes up, serves, reloads an edited file and goes down', async (file, host, inside) => {
    const folder = makeFolder();
    mkdirSync(join(folder, 'deploy'), { recursive: true });
    cpSync(join(repository, 'deploy/docker'), join(folder, 'deploy/docker'), { recursive: true });
    const envFile = join(folder, 'deploy/docker', host);
    mkdirSync(join(envFile, '..'), { recursive: true });
    writeFileSync(envFile, `ZSCALER_MCP_AUTH_API_KEY=${KEY}\nZSCALER_MCP_LOG_LEVEL=info\nZSCALER_MCP_DISABLE_ENTITLEMENT_FILTER=true\n`);
    const [up = '', status = ''] = linesOf('Compose').replaceAll('compose.yaml', file).trim().split('\n');
    const { out } = await type(
      `trap 'docker compose --file deploy/docker/${file} down >/dev/null 2>&1' EXIT
${up} 2>&1
until_ready
${status} 2>&1
sed s/=info/=warn/ deploy/docker/${host} > edited; cat edited > deploy/docker/${host}
${status.replace('mcp status', 'mcp reload')} 2>&1
echo "right $(initialize --header 'authorization: Bearer ${KEY}')"
echo "without $(initialize)"
`,
      folder,
    );
    expect(out).toContain('live (bind-mounted)');
    expect(out).toContain(inside);
    expect(out).toMatch(/ZSCALER_MCP_LOG_LEVEL\s+info -> warn/);
    expect(out).toContain('right 200');
    expect(out).toContain('without 401');
    report(`${file}: up, status, reload, down`);
  });
});
