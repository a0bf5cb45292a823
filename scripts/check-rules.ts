/** Checks the rules of AGENTS.md that can be verified statically, except for imports (check-boundaries.ts). */
import { join } from 'node:path';
import { isNode, lineOf, parseSources, readSources, report, walk, type Node, type SourceFile } from './source-files.ts';

/** The only files that read the environment. */
const READ_THE_ENVIRONMENT = ['main.ts', 'lifecycle/launch.ts'];

/** Folders and files that handle JSON from the cloud. */
const CARRY_THE_CLOUDS_BYTES = ['zscaler/', 'tools/', 'shape/', 'mcp/encode.ts'];

/** Allowed uses of `JSON` there, none of which handle JSON from the cloud, with the reason. */
const plainJson: Readonly<Record<string, string>> = {
  'zscaler/transport.ts JSON.stringify([proxy.https, proxy.http, proxy.no])': 'a key of three settings',
  'zscaler/assertion.ts JSON.parse(text)': 'a private key from the settings',
  'zscaler/cloud.ts JSON.stringify([tokenUrl, clientId, privateKey ?? null, privateKey ? null : clientSecret])':
    'credentials, to be hashed',
};

/** `LIGHT` files must not load `HEAVY` modules statically: those are loaded on first use. */
const LIGHT = ['main.ts', 'cli/commands/status.ts'];
const HEAVY = ['server/', 'tools/', 'mcp/', 'zscaler/', 'http/', 'demo/', 'settings/table.ts'];

/** One line per violation. */
export function ruleProblems(files: readonly SourceFile[]): string[] {
  return [...files.flatMap((file) => [...nodeProblems(file), ...exportProblems(file)]), ...unreadSettings(files), ...heavyLoads(files)];
}

function nodeProblems(file: SourceFile): string[] {
  const { path, text, body } = file;
  const rests = restParameters(body);
  const found: string[] = [];
  const say = (node: Node, message: string): void => void found.push(`${path}:${lineOf(text, node.start)}: ${message}`);
  const carriesBytes = CARRY_THE_CLOUDS_BYTES.some((place) => path.startsWith(place));
  const ownsStdout = path === 'main.ts' || path.startsWith('cli/');
  for (const statement of body)
    walk(statement, (node) => {
      const name = nameOf(node);
      if (!READ_THE_ENVIRONMENT.includes(path) && (name === 'process.env' || takesApart(node, 'process') || passesOn(node, 'process')))
        say(node, `reads the environment: ${READ_THE_ENVIRONMENT.join(' and ')} do, and hand on what is needed`);
      if (node.type === 'ImportDeclaration' && ['process', 'node:process'].includes(String((node['source'] as Node)['value'])))
        say(node, 'imports process: it is a global, whose use is checked by name');
      if (!ownsStdout && writesToStdout(node)) say(node, 'writes to stdout, which belongs to the protocol: only main.ts and cli/ do');
      const rounding = carriesBytes ? roundingJson(node) : undefined;
      if (rounding && !isPlain(file, node))
        say(
          node,
          `${rounding} rounds integers above 2^53: use common/json.ts (quote for a text), or give the reason in scripts/check-rules.ts`,
        );
      if (spreadsList(node, rests))
        say(node, 'spreads a list into arguments, which a long one overflows: use append or largest of common/lists.ts, or pass the list');
      if (node.type === 'ImportExpression' && !isLiteral(node['source']))
        say(node, 'imports a computed name: checks and the bundler follow literal names only');
    });
  return found;
}

/** Names of rest parameters: what arrived as arguments fits into arguments. */
function restParameters(body: readonly Node[]): ReadonlySet<unknown> {
  const names = new Set<unknown>();
  for (const statement of body)
    walk(statement, (node) => {
      if (node.type === 'RestElement' && isNode(node['argument'])) names.add(node['argument']['name']);
    });
  return names;
}

/**
 * Matches `f(...list)` and `new C(...list)`, unless the list is a rest parameter or written out in place. `Object.assign` may: it
 * merges tables of ours.
 */
const spreadsList = (node: Node, rests: ReadonlySet<unknown>): boolean =>
  (node.type === 'CallExpression' || node.type === 'NewExpression') &&
  nameOf(node['callee'] as Node) !== 'Object.assign' &&
  (node['arguments'] as readonly Node[]).some(({ type, argument }) => type === 'SpreadElement' && !isShort(argument as Node, rests));

function isShort(list: Node, rests: ReadonlySet<unknown>): boolean {
  if (list.type === 'ParenthesizedExpression') return isShort(list['expression'] as Node, rests);
  if (list.type === 'ConditionalExpression') return isShort(list['consequent'] as Node, rests) && isShort(list['alternate'] as Node, rests);
  return list.type === 'ArrayExpression' || (list.type === 'Identifier' && rests.has(list['name']));
}

/** `a.b.c` if the node is a chain of names, else undefined; without `globalThis` or `global` in front. */
const nameOf = (node: Node): string | undefined => chainOf(node)?.replace(/^(?:globalThis|global)\./, '');

function chainOf(node: Node): string | undefined {
  if (node.type === 'Identifier') return String(node['name']);
  if (node.type !== 'MemberExpression' || !isNode(node['object']) || !isNode(node['property'])) return undefined;
  const { object, property } = node;
  const owner = chainOf(object);
  const own = property.type === 'Literal' ? property['value'] : node['computed'] === true ? undefined : property['name'];
  return owner === undefined || typeof own !== 'string' ? undefined : `${owner}.${own}`;
}

/** Matches `const { x } = name`, and aliases such as `const x = name`. */
const takesApart = (node: Node, name: string): boolean =>
  node.type === 'VariableDeclarator' && isNode(node['init']) && nameOf(node['init']) === name;

/** Matches `f(name)`, such as `Reflect.get(process, 'env')`. */
const passesOn = (node: Node, name: string): boolean =>
  node.type === 'CallExpression' && (node['arguments'] as readonly Node[]).some((argument) => nameOf(argument) === name);

/** Matches a literal and a template without expressions. */
const isLiteral = (node: unknown): boolean =>
  isNode(node) && (node.type === 'Literal' || (node.type === 'TemplateLiteral' && (node['expressions'] as readonly Node[]).length === 0));

function writesToStdout(node: Node): boolean {
  const name = nameOf(node);
  if (name === 'process.stdout.write' || (name?.startsWith('console.') && name !== 'console.error')) return true;
  return takesApart(node, 'console') || takesApart(node, 'process.stdout') || writesToOne(node);
}

/** What of `JSON`, or of a response of `fetch`, a node uses; both parse numbers as doubles. */
function roundingJson(node: Node): string | undefined {
  const name = nameOf(node);
  if (name === 'JSON.parse' || name === 'JSON.stringify') return name;
  if (takesApart(node, 'JSON') || passesOn(node, 'JSON')) return 'JSON';
  const { callee } = node;
  const isBody = node.type === 'CallExpression' && (node['arguments'] as readonly Node[]).length === 0 && isNode(callee);
  return isBody && callee.type === 'MemberExpression' && isNode(callee['property']) && callee['property']['name'] === 'json'
    ? '.json()'
    : undefined;
}

/** Matches `writeSync(1, ...)`. */
function writesToOne(node: Node): boolean {
  if (node.type !== 'CallExpression' || !isNode(node['callee'])) return false;
  const [first] = node['arguments'] as readonly Node[];
  return (nameOf(node['callee']) ?? '').split('.').at(-1) === 'writeSync' && first?.type === 'Literal' && first['value'] === 1;
}

/** Whether the call that starts with this name is one of the allowed ones. */
const isPlain = ({ path, text }: SourceFile, { start }: Node): boolean =>
  Object.keys(plainJson).some((key) => key.startsWith(`${path} `) && text.startsWith(key.slice(path.length + 1), start));

function exportProblems({ path, body }: SourceFile): string[] {
  return body.flatMap(({ type, exportKind }) => {
    if (type === 'ExportDefaultDeclaration' && !path.startsWith('tools/'))
      return [`${path}: exports a default: only the files of a product in tools/ do`];
    if (type === 'ExportAllDeclaration' && exportKind !== 'type') return [`${path}: exports all of another file: name what is exported`];
    return [];
  });
}

/**
 * Settings that nothing reads. Several readers declare the settings they use in their own type, so any read of a property of that
 * name counts, except in the table and in the demo tenant, which uses no settings; so does `{name}` in the path of a call.
 */
function unreadSettings(files: readonly SourceFile[]): string[] {
  const table = files.find(({ path }) => path === 'settings/table.ts');
  if (!table) return [];
  const read = new Set<string>();
  for (const { path, text, body } of files) {
    if (path === table.path || path.startsWith('demo/')) continue;
    for (const [, name = ''] of text.matchAll(/\/\{(\w+)\}/g)) read.add(name);
    for (const statement of body)
      walk(statement, (node) => {
        if (node.type === 'MemberExpression' && isNode(node['property'])) read.add(String(node['property']['name']));
        if (node.type === 'ObjectPattern')
          for (const property of node['properties'] as readonly Node[])
            if (isNode(property['key'])) read.add(String(property['key']['name']));
      });
  }
  return settingNames(table)
    .filter((name) => !read.has(name))
    .map((name) => `settings/table.ts: nothing reads the setting ${name}: hand it to the part that uses it in src/server/part-settings.ts`);
}

/** Keys of top-level objects of the table whose value is a call: `clientId: text({ ... })`. */
function settingNames({ body }: SourceFile): string[] {
  const names: string[] = [];
  for (const statement of body)
    walk(statement, (node) => {
      if (node.type === 'Property' && isNode(node['value']) && node['value'].type === 'CallExpression' && isNode(node['key'])) {
        if ((node['value']['arguments'] as readonly Node[]).some(isRow)) names.push(String(node['key']['name']));
        return false;
      }
      return node.type !== 'FunctionDeclaration' && node.type !== 'ArrowFunctionExpression';
    });
  return names;
}

const isRow = (node: Node): boolean =>
  node.type === 'ObjectExpression' && (node['properties'] as readonly Node[]).some(({ key }) => isNode(key) && key['name'] === 'env');

/** Heavy modules that the light files load, with the chain of imports. */
function heavyLoads(files: readonly SourceFile[]): string[] {
  const loadsOf = new Map(files.map(({ path, loads }) => [path, loads]));
  return LIGHT.flatMap((light) => {
    const ways = new Map<string, string>([[light, light]]);
    for (const [file, way] of ways) for (const next of loadsOf.get(file) ?? []) if (!ways.has(next)) ways.set(next, `${way} -> ${next}`);
    return [...ways]
      .filter(([file]) => file !== light && (HEAVY.some((heavy) => file.startsWith(heavy)) || isPackage(file)))
      .map(([, way]) => `${way}: heavy, and loaded at once; load it on first use with import()`);
  });
}

const isPackage = (name: string): boolean => !name.startsWith('node:') && !/\.(ts|json)$/.test(name);

if (import.meta.main) report(ruleProblems(parseSources(readSources(join(import.meta.dirname, '..')))));
