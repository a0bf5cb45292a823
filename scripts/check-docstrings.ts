/** Checks that every export of a folder's `index.ts`, and of every file in `common/`, has a docstring at its declaration. */
import { dirname, join } from 'node:path';
import { isNode, lineOf, parseSources, readSources, report, type Node, type SourceFile } from './source-files.ts';

interface Declaration {
  readonly file: SourceFile;
  readonly node: Node;
}

/** The exports without a docstring, and the total number of exports. */
export function docstringProblems(files: readonly SourceFile[]): { readonly problems: string[]; readonly total: number } {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const faces = files.filter(({ path }) => /^[^/]+\/index\.ts$/.test(path) || path.startsWith('common/'));
  const seen = new Map<string, boolean>();
  for (const file of faces) {
    for (const name of exportedNames(file)) {
      const found = declarationOf(file, name, byPath);
      if (found) seen.set(`${found.file.path}:${lineOf(found.file.text, found.node.start)}: ${name}`, hasDocstring(found));
      else seen.set(`${file.path}: ${name}, which is declared nowhere,`, false);
    }
  }
  const problems = [...seen].filter(([, isTold]) => !isTold).map(([where]) => `${where} has no docstring`);
  return { problems, total: seen.size };
}

const textOf = (node: unknown): string => (isNode(node) ? String(node['name'] ?? node['value']) : '');

/** Names declared by a statement. */
function declared(statement: Node): string[] {
  if (statement.type === 'VariableDeclaration') return (statement['declarations'] as readonly Node[]).map(({ id }) => textOf(id));
  return isNode(statement['id']) ? [textOf(statement['id'])] : [];
}

function exportedNames({ body }: SourceFile): string[] {
  return body.flatMap((node) => {
    if (node.type !== 'ExportNamedDeclaration') return [];
    if (isNode(node['declaration'])) return declared(node['declaration']);
    return (node['specifiers'] as readonly Node[]).map(({ exported }) => textOf(exported));
  });
}

/** Follows re-exports and imports to the declaration of the name. */
function declarationOf(file: SourceFile, name: string, byPath: ReadonlyMap<string, SourceFile>): Declaration | null {
  const from = (node: Node, local: string): Declaration | null => {
    const path = join(dirname(file.path), String((node['source'] as Node)['value'])).replaceAll('\\', '/');
    const next = byPath.get(path);
    return next ? declarationOf(next, local, byPath) : null;
  };
  for (const node of file.body) {
    const inner = isNode(node['declaration']) ? node['declaration'] : node;
    if (declared(inner).includes(name)) return { file, node };
    const specifiers = (node['specifiers'] ?? []) as readonly Node[];
    if (node.type === 'ImportDeclaration') {
      const own = specifiers.find(({ local }) => textOf(local) === name);
      if (own) return from(node, textOf(own['imported'] ?? own['local']));
    }
    if (node.type === 'ExportNamedDeclaration') {
      const own = specifiers.find(({ exported }) => textOf(exported) === name);
      if (own && isNode(node['source'])) return from(node, textOf(own['local']));
      if (own && textOf(own['local']) !== name) return declarationOf(file, textOf(own['local']), byPath);
    }
  }
  return null;
}

/** A `/**` comment directly before the declaration. One at the top of the file followed by a blank line documents the file instead. */
function hasDocstring({ file: { text, comments }, node }: Declaration): boolean {
  const before = comments.findLast(({ end }) => end <= node.start);
  if (!before?.value.startsWith('*')) return false;
  const between = text.slice(before.end, node.start);
  return between.trim() === '' && (before.start > 0 || !/\n\s*\n/.test(between));
}

if (import.meta.main) {
  const { problems, total } = docstringProblems(parseSources(readSources(join(import.meta.dirname, '..'))));
  console.error(`${total - problems.length} of ${total} exports have a docstring`);
  report(problems);
}
