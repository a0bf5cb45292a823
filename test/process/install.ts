import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './harness.ts';

/** An installed version of the program: the built one, with its version number changed. */
export function install(folder: string, version: string): void {
  mkdirSync(folder, { recursive: true });
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', version }));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const { version: built } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  for (const name of ['app', 'version']) replaceIn(join(folder, 'dist'), name, built, version);
}

function replaceIn(folder: string, prefix: string, from: string, to: string): void {
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(prefix)) continue;
    const path = join(folder, name);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(JSON.stringify(from), JSON.stringify(to)));
  }
}

/** Makes the link lead to another place in one step, as a deployment does. */
export function pointLink(link: string, target: string): void {
  symlinkSync(target, `${link}.next`);
  renameSync(`${link}.next`, link);
}
