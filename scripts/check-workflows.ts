/** Checks the files of `.github/`: valid YAML, actions pinned by commit, least permissions, valid issue forms. */
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isScalar, parseDocument, visit, type Document } from 'yaml';

interface Job {
  readonly permissions?: unknown;
  readonly 'timeout-minutes'?: number;
  readonly steps?: readonly { readonly uses?: string; readonly run?: string; readonly with?: Readonly<Record<string, unknown>> }[];
}

interface Workflow {
  readonly on?: unknown;
  readonly permissions?: unknown;
  readonly jobs?: Readonly<Record<string, Job>>;
}

interface Form {
  readonly name?: string;
  readonly description?: string;
  readonly body?: readonly { readonly type?: string; readonly id?: string; readonly attributes?: Readonly<Record<string, unknown>> }[];
}

/** The permissions to write that a job may have, by workflow and job. */
const WRITES: Readonly<Record<string, readonly string[]>> = {
  'release.yml npm': ['id-token'],
  'release.yml image': ['packages', 'id-token', 'attestations'],
  'release.yml release': ['contents'],
};

const FIELDS = ['markdown', 'textarea', 'input', 'dropdown', 'checkboxes'];

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  const paths = globSync('.github/**/*.{yml,yaml}', { cwd: root });
  const problems = paths.flatMap((path) => problemsOf(path, readFileSync(join(root, path), 'utf8')));
  if (paths.length === 0) problems.push('.github: holds no YAML');
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}

/** One line per violation in a file below `.github/`. */
export function problemsOf(path: string, text: string): string[] {
  const document = parseDocument(text, { uniqueKeys: true });
  const faults = [...document.errors, ...document.warnings].map(({ message }) => message.split('\n')[0] ?? '');
  const content: unknown = faults.length > 0 ? null : document.toJS();
  const found =
    typeof content !== 'object' || content === null
      ? [...faults, 'is not a YAML mapping']
      : path.includes('/workflows/')
        ? [...workflowProblems(basename(path), content), ...pinProblems(document)]
        : path.includes('/ISSUE_TEMPLATE/')
          ? formProblems(path, content)
          : [];
  return found.map((problem) => `${path}: ${problem}`);
}

function workflowProblems(file: string, { on, permissions, jobs = {} }: Workflow): string[] {
  return [
    ...(isEmptyMapping(permissions) ? [] : ['begins without "permissions: {}"']),
    ...(JSON.stringify(on ?? null).includes('pull_request_target')
      ? ['runs strangers’ code with its own rights: pull_request_target']
      : []),
    ...(Object.keys(jobs).length > 0 ? [] : ['has no jobs']),
    ...Object.entries(jobs).flatMap(([name, job]) => jobProblems(`${file} ${name}`, job).map((problem) => `job ${name}: ${problem}`)),
  ];
}

function jobProblems(name: string, { permissions, steps = [], 'timeout-minutes': timeout }: Job): string[] {
  const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
  const writes = Object.entries(permissions ?? {}).filter(([right, access]) => access === 'write' && !WRITES[name]?.includes(right));
  return [
    ...(typeof permissions === 'object' ? [] : ['does not list its permissions']),
    ...writes.map(([right]) => `may write ${right}: not listed for it in scripts/check-workflows.ts`),
    ...(timeout === undefined ? ['has no timeout-minutes'] : []),
    ...(checkouts.every((step) => step.with?.['persist-credentials'] === false) ? [] : ['checks out without "persist-credentials: false"']),
    // Text written by others would become part of the script; pass it through `env`.
    ...steps.filter(({ run }) => run?.includes('${{')).map(({ run }) => `an expression inside a script: ${run?.split('\n')[0]}`),
  ];
}

function pinProblems(document: Document): string[] {
  const problems: string[] = [];
  visit(document, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || key.value !== 'uses') return;
      const line = isScalar(value) ? `${String(value.value)} #${value.comment ?? ''}` : String(value);
      if (!/^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))
        problems.push(`not pinned by a commit with its version in a comment: uses: ${line.replace(/ #$/, '')}`);
    },
  });
  return problems;
}

function formProblems(path: string, content: object): string[] {
  if (basename(path) === 'config.yml')
    return (content as { blank_issues_enabled?: boolean }).blank_issues_enabled === false ? [] : ['allows blank issues'];
  const { name, description, body = [] }: Form = content;
  const ids = body.flatMap(({ id }) => id ?? []);
  return [
    ...(name && description && body.some(({ type }) => type !== 'markdown') ? [] : ['needs a name, a description and a field']),
    ...(new Set(ids).size === ids.length ? [] : ['uses an id twice']),
    ...body.filter(({ type = '' }) => !FIELDS.includes(type)).map(({ type }) => `has a field of the unknown type ${type}`),
    ...body
      .filter(({ type, attributes }) => attributes?.[type === 'markdown' ? 'value' : 'label'] === undefined)
      .map(({ type, id }) => `the ${type} ${id ?? ''} has no ${type === 'markdown' ? 'value' : 'label'}`),
  ];
}

function isEmptyMapping(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
