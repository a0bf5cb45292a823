import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findDisagreements } from './check-identity.ts';

const root = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const files = ['README.md', 'server.json', 'package.json'];
const { version } = JSON.parse(read('package.json')) as { version: string };

/** The repository with one file changed. */
const changed = (path: string, from: string, to: string) => (file: string) =>
  file === path ? read(file).replaceAll(from, to) : read(file);

describe('the check of address and version', () => {
  it('has nothing to say of the repository as it is, nor of its own tag', () => {
    expect(findDisagreements(files, read, `v${version}`)).toEqual([]);
  });

  it.each([
    [
      'another owner in a page',
      changed('README.md', 'zscaler-mcp/zscaler-mcp', 'someone/zscaler-mcp'),
      /^README.md: names github.com\/someone/m,
    ],
    [
      'an address that moved in package.json alone',
      changed('package.json', 'git+https://github.com/zscaler-mcp/', 'git+https://github.com/acme/'),
      /^server.json: names .* expected the owner acme/m,
    ],
    ['a bug tracker elsewhere', changed('package.json', '/issues', '/bugs'), /bugs\.url/],
    ['an image without its source', changed('deploy/docker/Dockerfile', 'zscaler-mcp/zscaler-mcp', ''), /Dockerfile: does not name/],
    [
      'a chart of another version',
      changed('deploy/helm/zscaler-mcp/Chart.yaml', `appVersion: ${version}`, 'appVersion: 9.9.9'),
      /Chart.yaml: version 9.9.9/,
    ],
    ['a package of another version', changed('docs/operations/systemd.md', `-${version}.tgz`, '-9.9.9.tgz'), /systemd.md: version 9.9.9/],
    [
      'an image tag of another version',
      changed('docs/operations/kubernetes.md', `newTag: ${version}`, 'newTag: 9.9.9'),
      /kubernetes.md: version 9.9.9/,
    ],
    ['a status of another version', changed('README.md', `● zscaler-mcp ${version}`, '● zscaler-mcp 9.9.9'), /README.md: version 9.9.9/],
    [
      'a form that asks for another version',
      changed('.github/ISSUE_TEMPLATE/bug.yml', `placeholder: ${version}`, 'placeholder: 9.9.9'),
      /bug.yml: version 9.9.9/,
    ],
    [
      'a version without a section of the changelog',
      changed('CHANGELOG.md', `## [${version}]`, '## [9.9.9]'),
      /CHANGELOG.md: has no section/,
    ],
    ['a changelog without a place for what comes', changed('CHANGELOG.md', '## [Unreleased]', '## Soon'), /Unreleased/],
  ])('finds %s', (_, reader, problem) => {
    expect(findDisagreements(files, reader).join('\n')).toMatch(problem);
  });

  it('finds a tag of another version', () => {
    expect(findDisagreements(files, read, 'v9.9.9')).toEqual([`the tag is v9.9.9, and package.json has version ${version}`]);
  });
});
