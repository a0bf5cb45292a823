/**
 * Validates manifests against the schemas of the Kubernetes API: values at run time, and field names, which the schemas do not
 * restrict, through the types generated from the same schemas.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Manifest } from './manifests.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

type Model = new (data: Manifest) => { validate(): void };

/** The violations; empty if there are none. */
export async function complaintsOf(manifests: readonly Manifest[]): Promise<string[]> {
  const found: string[] = [];
  for (const manifest of manifests) {
    const { [manifest.kind]: model } = (await import(moduleOf(manifest))) as Record<string, Model>;
    try {
      if (!model) throw new Error('there is no such kind');
      new model(manifest).validate();
    } catch (error) {
      found.push(`${manifest.kind} ${manifest.metadata.name}: ${String(error)}`);
    }
  }
  return [...found, ...misspellings(manifests)];
}

const moduleOf = ({ apiVersion, kind }: Manifest): string => `kubernetes-models/${apiVersion}/${kind}`;

/** The compiler rejects unknown properties of a literal. */
function misspellings(manifests: readonly Manifest[]): string[] {
  const cache = join(repository, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'manifests-'));
  try {
    const file = join(folder, 'manifests.ts');
    writeFileSync(file, manifests.map(literal).join('\n'));
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2024', '--ignoreConfig'];
    execFileSync(join(repository, 'node_modules/.bin/tsc'), [...options, file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    return [];
  } catch (error) {
    const { stdout } = error as { stdout?: string };
    if (!stdout) throw error;
    return stdout.split('\n').filter((line) => line.includes('error'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const literal = (manifest: Manifest, index: number): string =>
  `import type { I${manifest.kind} as T${index} } from '${moduleOf(manifest)}';\n` +
  `export const m${index}: T${index} = ${JSON.stringify(manifest, null, 2)};\n`;
