/** What the image is made of, and that it follows from the commit alone. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { engine, lacksEngine } from './container.ts';
import { BASE_IMAGE, IMAGE, repository } from './engine.ts';

const layersOf = async (image: string): Promise<string[]> =>
  JSON.parse(await engine.must('image', 'inspect', '--format', '{{json .RootFS.Layers}}', image)) as string[];

/** Prints name and version of each package below the folder that it runs in. */
const LIST_PACKAGES = `const { readdirSync, readFileSync } = require('node:fs');
const names = readdirSync('node_modules').flatMap((name) =>
  name.startsWith('@') ? readdirSync('node_modules/' + name).map((own) => name + '/' + own) : name);
for (const each of names) {
  const { name, version } = JSON.parse(readFileSync('node_modules/' + each + '/package.json', 'utf8'));
  console.log(name + ' ' + version);
}`;

describe.skipIf(lacksEngine !== null)('the image', () => {
  it('states its SBOM: every package that is bundled or installed, with version, licence and digest', async () => {
    const inspected = await engine.must('image', 'inspect', '--format', '{{json .Config.Labels}}', IMAGE);
    const path = (JSON.parse(inspected) as Record<string, string>)['io.github.zscaler-mcp.sbom'] ?? '';
    const inImage = (...words: string[]) => engine.must('run', '--rm', '--network', 'host', '--entrypoint', '', IMAGE, ...words);
    const { bomFormat, components } = JSON.parse(await inImage('cat', path)) as {
      bomFormat: string;
      components: { name: string; version: string; licenses: object[]; hashes: { content: string }[] }[];
    };
    expect(bomFormat).toBe('CycloneDX');
    for (const { name, licenses, hashes } of components)
      expect([name, licenses.length, hashes[0]?.content]).toEqual([name, 1, expect.stringMatching(/^[\da-f]{128}$/)]);
    const named = new Set(components.map(({ name, version }) => `${name} ${version}`));
    // The notices come from what the bundler took, the folders from what npm installed.
    const notices = await inImage('cat', '/app/dist/THIRD-PARTY-NOTICES.txt');
    const bundled = Array.from(notices.matchAll(/^-{80}\n(\S+ \S+) \(/gm), ([, title = '']) => title);
    const installed = (await inImage('node', '-e', LIST_PACKAGES)).split('\n');
    expect(bundled.length).toBeGreaterThan(10);
    expect(installed.length).toBeGreaterThan(1);
    expect([...bundled, ...installed].filter((title) => !named.has(title))).toEqual([]);
  });

  it('has the same layers when it is built again from nothing', async () => {
    const again = `${IMAGE}-again`;
    const file = join(repository, 'deploy/docker/Dockerfile');
    await engine.must('build', '--quiet', '--no-cache', '--file', file, '--tag', again, repository);
    const [first, second] = [await layersOf(IMAGE), await layersOf(again)];
    await engine.run('image', 'rm', again);
    expect(first).toHaveLength((await layersOf(BASE_IMAGE)).length + 1);
    expect(second).toEqual(first);
  }, 900_000);

  it('is installed from the lockfile alone, without running what packages bring', () => {
    const text = readFileSync(join(repository, 'deploy/docker/Dockerfile'), 'utf8');
    const installs = Array.from(text.matchAll(/\bnpm (?:ci|install|i|add|exec)\b[^\n]*|\bnpx\b[^\n]*/g), ([words]) => words);
    expect(installs).toHaveLength(2);
    for (const words of installs) expect(words).toMatch(/^npm ci .*--ignore-scripts/);
  });
});
