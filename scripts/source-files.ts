/** The sources of `src/`, read and parsed once for the scripts that check them. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseSync } from 'rolldown/utils';

/** A node of the syntax tree (ESTree with TypeScript's nodes), as far as the checks look into it. */
export interface Node {
  readonly type: string;
  /** Offsets into the text. */
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

export interface SourceFile {
  /** From `src/` on, with `/`. */
  readonly path: string;
  readonly text: string;
  /** The statements at the top. */
  readonly body: readonly Node[];
  readonly comments: readonly { readonly value: string; readonly start: number; readonly end: number }[];
  /** Files of ours that it imports, from `src/` on: statically, by type, re-exported, or through `import()` with a literal. */
  readonly imports: readonly string[];
  /** What is loaded with it: files as above, packages and modules of Node.js by their names. Types and `import()` load nothing. */
  readonly loads: readonly string[];
}

/** The file texts below a root that has `src/`, by path from `src/` on; tests are left out. */
export function readSources(root: string): ReadonlyMap<string, string> {
  const source = join(root, 'src');
  const paths = globSync('**/*.ts', { cwd: source }).filter((path) => !/\.test(-d)?\.ts$/.test(path));
  return new Map(paths.toSorted().map((path) => [path.replaceAll('\\', '/'), readFileSync(join(source, path), 'utf8')]));
}

/** @throws Error when a file is not TypeScript */
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

/** With `verbatimModuleSyntax` an import stays unless it says that it is one of types; `import { type A }` still loads the file. */
const isTypeOnly = (statement: Node): boolean => statement['importKind'] === 'type' || statement['exportKind'] === 'type';

/** `import('x')` as an expression and as a type. Walking a tree takes longer than parsing it, so only where the text has one. */
function importExpressions(text: string, body: readonly Node[]): string[] {
  if (!/\bimport\s*\(/.test(text)) return [];
  const found: string[] = [];
  for (const statement of body)
    walk(statement, (node) => {
      if (node.type !== 'ImportExpression' && node.type !== 'TSImportType') return;
      const { value } = node['source'] as { readonly value?: unknown };
      if (typeof value === 'string') found.push(value);
    });
  return found;
}

/** Visits a node and everything below it; `visit` returns false to leave out what is below. */
export function walk(node: Node, visit: (node: Node) => boolean | void): void {
  if (visit(node) === false) return;
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child, visit);
  }
}

export const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value && 'start' in value;

/** Line numbers start at 1. */
export const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

/** Prints what was found, and fails the process if anything was. */
export function report(problems: readonly string[]): void {
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}
