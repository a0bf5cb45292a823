import { describe, expect, it } from 'vitest';
import { problemsOf } from './check-workflows.ts';

const SHA = 'a'.repeat(40);
const good = `on: push
permissions: {}
jobs:
  test:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@${SHA} # v7.0.1
        with:
          persist-credentials: false
      - run: npm ci
`;
const form = `name: Bug
description: What is wrong.
body:
  - type: input
    id: version
    attributes:
      label: Version
`;

describe('the check of .github', () => {
  it('has nothing to say of a good workflow and a good form', () => {
    expect(problemsOf('.github/workflows/ci.yml', good)).toEqual([]);
    expect(problemsOf('.github/ISSUE_TEMPLATE/bug.yml', form)).toEqual([]);
  });

  it.each([
    ['an action by its tag', good.replace(`${SHA} # v7.0.1`, 'v7'), /not pinned/],
    [
      'an action by its tag below a quoted key',
      good.replace('uses:', '"uses":').replace(`${SHA} # v7.0.1`, 'v7'),
      /not pinned.*checkout@v7/,
    ],
    ['an action by its tag in a flow mapping', good.replace('- run: npm ci', '- { uses: actions/cache@v4 }'), /not pinned.*cache@v4/],
    ['a job that may write', good.replace('contents: read', 'contents: write'), /job test: may write contents/],
    ['a commit without its version', good.replace(' # v7.0.1', ''), /not pinned/],
    ['rights for all jobs', good.replace('permissions: {}\n', 'permissions: write-all\n'), /begins without/],
    ['a job without its rights', good.replace('    permissions:\n      contents: read\n', ''), /job test: does not list/],
    ['a job without an end', good.replace('    timeout-minutes: 5\n', ''), /no timeout-minutes/],
    ['credentials that stay', good.replace('persist-credentials: false', 'persist-credentials: true'), /persist-credentials/],
    ['an expression in a script', good.replace('npm ci', 'echo ${{ github.head_ref }}'), /inside a script/],
    ['rights for strangers', good.replace('on: push', 'on: pull_request_target'), /pull_request_target/],
    ['YAML that is none', good.replace('jobs:', 'jobs: ['), /./],
    ['a key twice', `${good}permissions: {}\n`, /unique/],
  ])('finds %s', (_, text, problem) => {
    expect(problemsOf('.github/workflows/ci.yml', text).join('\n')).toMatch(problem);
  });

  it.each([
    ['a field of an unknown type', form.replace('type: input', 'type: text'), /unknown type text/],
    ['a field without a label', form.replace('label: Version', 'value: 1'), /no label/],
    ['a form without a description', form.replace('description: What is wrong.\n', ''), /needs a name/],
  ])('finds %s', (_, text, problem) => {
    expect(problemsOf('.github/ISSUE_TEMPLATE/bug.yml', text).join('\n')).toMatch(problem);
  });

  it('passes what a job is listed to write, and no other', () => {
    const release = good.replace('  test:', '  release:').replace('contents: read', 'contents: write');
    expect(problemsOf('.github/workflows/release.yml', release)).toEqual([]);
    expect(problemsOf('.github/workflows/release.yml', release.replace('contents: write', 'packages: write'))).toHaveLength(1);
  });

  it('finds that blank issues are allowed', () => {
    expect(problemsOf('.github/ISSUE_TEMPLATE/config.yml', 'blank_issues_enabled: true\n')).toHaveLength(1);
  });
});
