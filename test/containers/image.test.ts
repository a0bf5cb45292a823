/** The content of the image. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Container, engine, initializeText, lacksEngine, makeFolder, report } from './container.ts';
import { BASE_IMAGE, IMAGE, repository } from './engine.ts';

interface Config {
  readonly User: string;
  readonly WorkingDir: string;
  readonly Entrypoint: readonly string[];
  readonly Labels: Readonly<Record<string, string>>;
  readonly Env: readonly string[];
}

const inspect = (format: string, image = IMAGE): Promise<string> => engine.must('image', 'inspect', '--format', format, image);

const inImage = (...words: string[]): Promise<string> =>
  engine.must('run', '--rm', '--network', 'host', '--entrypoint', '', IMAGE, ...words);

const { version, homepage, dependencies, optionalDependencies } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
  version: string;
  homepage: string;
  dependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
};

describe.skipIf(lacksEngine !== null)('the image', () => {
  it('runs Node.js itself as an ordinary user in /app, and says what it is', async () => {
    const config = JSON.parse(await inspect('{{json .Config}}')) as Config;
    expect(config).toMatchObject({ User: 'node', WorkingDir: '/app', Entrypoint: ['node', '/app/dist/main.js'] });
    expect(config.Labels).toMatchObject({
      'org.opencontainers.image.title': 'zscaler-mcp',
      'org.opencontainers.image.version': version,
      'org.opencontainers.image.revision': 'tested',
      'org.opencontainers.image.base.name': BASE_IMAGE,
      'org.opencontainers.image.source': homepage.replace('#readme', ''),
      'org.opencontainers.image.licenses': 'MIT',
    });
    expect(config.Env.filter((each) => each.startsWith('ZSCALER'))).toEqual([]);
  });

  it('is small: the program and what it needs, owned by root', async () => {
    const [own = 0, base = 0] = await Promise.all([IMAGE, BASE_IMAGE].map(async (name) => Number(await inspect('{{.Size}}', name))));
    const packages = (await inImage('ls', '/app/node_modules')).split('\n').filter((name) => !name.startsWith('@koromix'));
    expect(packages.toSorted()).toEqual(Object.keys({ ...dependencies, ...optionalDependencies }).toSorted());
    expect((await inImage('ls', '-A', '/app')).split('\n').toSorted()).toEqual(['dist', 'node_modules', 'package.json']);
    expect((await inImage('ls', '/app/dist')).split('\n')).toContain('THIRD-PARTY-NOTICES.txt');
    expect(await inImage('find', '/app', '!', '-user', 'root')).toBe('');
    expect(own - base).toBeLessThan(20 * 1_048_576);
    report(`the image has ${mebibytes(own)} MiB, ${mebibytes(own - base)} MiB of them ours`);
  });

  it('has the native package of its platform alone, and that of arm64 when built for it', async () => {
    const modules = async (image: string): Promise<string[]> => {
      const script = 'find / -xdev -name "*.node" 2>/dev/null; true';
      return (await engine.must('run', '--rm', '--network', 'host', '--entrypoint', '', image, 'sh', '-c', script)).split('\n');
    };
    const own = await modules(IMAGE);
    expect(own).toHaveLength(1);
    const other = `${IMAGE}-arm64-dependencies`;
    const file = join(repository, 'deploy/docker/Dockerfile');
    await engine.must(
      'build',
      '--quiet',
      '--file',
      file,
      '--target',
      'dependencies',
      '--build-arg',
      'TARGETARCH=arm64',
      '--tag',
      other,
      repository,
    );
    const foreign = await modules(other);
    expect(foreign).toHaveLength(1);
    // The machine in the header of an ELF file: 0xB7 is AArch64, 0x3E is x86-64.
    const machine = (image: string, path = '') =>
      engine.must('run', '--rm', '--network', 'host', '--entrypoint', '', image, 'od', '-An', '-tx1', '-j18', '-N2', path);
    expect((await machine(other, foreign[0])).trim()).toBe('b7 00');
    expect((await machine(IMAGE, own[0])).trim()).toBe(process.arch === 'arm64' ? 'b7 00' : '3e 00');
    report(`for arm64: ${foreign[0]} is code for AArch64`);
  });

  it('has a health check that tells a server that runs from one that does not', async () => {
    const container = await Container.start();
    const test = await inspect('{{json .Config.Healthcheck.Test}}').catch(() => inspect('{{json .HealthCheck.Test}}'));
    expect(JSON.parse(test)).toEqual(['CMD', 'zscaler-mcp', 'status']);
    expect((await container.zscaler('status')).code).toBe(0);
    expect((await container.zscaler('status', '--pid-file', '/tmp/nobody')).code).toBe(3);
  });

  it('speaks MCP over stdio when run without further words', async () => {
    const script = `printf '%s\\n' '${initializeText}' | docker run --rm --interactive ${IMAGE} --demo`;
    const { out, err } = await engine.script(script, makeFolder());
    expect(JSON.parse(out || JSON.stringify(err))).toMatchObject({ id: 1, result: { serverInfo: { name: 'zscaler-mcp' } } });
  });

  it('finds compiled code at its first start', async () => {
    expect(Number(await inImage('sh', '-c', 'ls ~/.cache/zscaler-mcp/compile/* | wc -l'))).toBeGreaterThan(10);
  });
});

const mebibytes = (bytes: number): string => (bytes / 1_048_576).toFixed(1);
