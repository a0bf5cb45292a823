/** Reads and parses the sources of `src/` for the checks. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseSync } from 'rolldown/utils';

/** A node of the syntax tree (ESTree with TypeScript nodes), as far as the checks use it. */
export interface Node {
  readonly type: string;
  /** Offset into the text. */
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

export interface SourceFile {
  /** Path relative to `src/`, with `/`. */
  readonly path: string;
  readonly text: string;
  /** Top-level statements. */
  readonly body: readonly Node[];
  readonly comments: readonly { readonly value: string; readonly start: number; readonly end: number }[];
  /** Files of `src/` that it imports, relative to `src/`: statically, as a type, re-exported, or through `import()` with a literal. */
  readonly imports: readonly string[];
  /** Modules loaded with it: files as above, packages and Node.js modules by name. Type imports and `import()` load nothing. */
  readonly loads: readonly string[];
}

/** The texts of the files in the `src/` folder of a root, by path relative to `src/`, without tests. */
export function readSources(root: string): ReadonlyMap<string, string> {
  const source = join(root, 'src');
  const paths = globSync('**/*.ts', { cwd: source }).filter((path) => !/\.test(-d)?\.ts$/.test(path));
  return new Map(paths.toSorted().map((path) => [path.replaceAll('\\', '/'), readFileSync(join(source, path), 'utf8')]));
}

/** @throws Error if a file cannot be parsed */
export function parseSources(texts: ReadonlyMap<string, string>): readonly SourceFile[] {
  return [...texts].map(([path, text]) => parseSource(path, text));
}

function parseSource(path: string, text: string): SourceFile {
  const { program, module, comments, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  const body = program.body as unknown as readonly Node[];
  const specifiers = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) => entries.map(({ moduleRequest }) => moduleRequest?.value)),
    ...importExpressions(text, body),
  ];
  const resolve = (name: string): string => (name.startsWith('.') ? join(dirname(path), name).replaceAll('\\', '/') : name);
  const imports = specifiers.flatMap((name) => (name?.startsWith('.') ? [resolve(name)] : []));
  const loads = body.flatMap((statement) => {
    const source = statement['source'] as { readonly value: string } | null | undefined;
    return source && !isTypeOnly(statement) ? [resolve(source.value)] : [];
  });
  return { path, text, body, comments, imports: [...new Set(imports)], loads: [...new Set(loads)] };
}

/** With `verbatimModuleSyntax`, only `import type` is erased; `import { type A }` still loads the file. */
const isTypeOnly = (statement: Node): boolean => statement['importKind'] === 'type' || statement['exportKind'] === 'type';

/** `import('x')` as an expression and as a type. Walking a tree takes longer than parsing it, so it is skipped if the text has none. */
function importExpressions(text: string, body: readonly Node[]): string[] {
  if (!/\bimport\s*\(/.test(text)) return [];
  const found: string[] = [];
  for (const statement of body)
    walk(statement, (node) => {
      if (node.type !== 'ImportExpression' && node.type !== 'TSImportType') return;
      const { value, expressions, quasis } = node['source'] as {
        value?: unknown;
        expressions?: unknown[];
        quasis?: { value: { cooked: string } }[];
      };
      if (typeof value === 'string') found.push(value);
      if (expressions?.length === 0 && quasis?.[0]) found.push(quasis[0].value.cooked);
    });
  return found;
}

/** Visits a node and its descendants; `visit` returns false to skip the descendants. */
export function walk(node: Node, visit: (node: Node) => boolean | void): void {
  if (visit(node) === false) return;
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child, visit);
  }
}

export const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value && 'start' in value;

/** The line number, from 1. */
export const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

/** Prints the problems and sets a failing exit code if there are any. */
export function report(problems: readonly string[]): void {
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}
