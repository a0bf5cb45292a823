/**
 * The subset of GraphQL that the demo tenant needs: one query with variables, arguments and inline fragments. Anything else is
 * rejected with status 200, as the cloud does. See https://spec.graphql.org/October2021/.
 */
import { ok, type Answer } from './answer.ts';
import { fieldsOf } from './collection.ts';

export interface Selection {
  readonly field: string;
  /** Arguments, by the names of the variables passed. */
  readonly args: Readonly<Record<string, string>>;
  readonly select: readonly Selection[];
  /** Type condition of an inline fragment, whose `field` is empty. */
  readonly on?: string;
}

export interface Document {
  readonly operation: string;
  /** Variables by name, with their types as written. */
  readonly variables: Readonly<Record<string, string>>;
  readonly select: readonly Selection[];
}

/** Parses a document. @throws Error when it is outside the subset */
export function parseDocument(text: string): Document {
  const tokens = text.match(/\.\.\.|[{}()[\]:!$,]|\w+/g) ?? [];
  let at = 0;
  const next = (wanted?: string): string => {
    const token = tokens[at++] ?? '';
    if (wanted !== undefined && token !== wanted) throw new Error(`"${wanted}" was expected instead of "${token}"`);
    return token;
  };
  const isNext = (token: string): boolean => tokens[at] === token;
  const skip = (token: string): void => void (isNext(token) && next());

  const typeOf = (): string => {
    let type = '';
    while (!isNext(',') && !isNext(')') && !isNext('$')) type += next();
    return type;
  };
  const variablesOf = (): Record<string, string> => {
    const found: Record<string, string> = {};
    for (next('('); !isNext(')'); skip(',')) {
      next('$');
      const name = next();
      next(':');
      found[name] = typeOf();
    }
    next(')');
    return found;
  };
  const argsOf = (): Record<string, string> => {
    const found: Record<string, string> = {};
    for (next('('); !isNext(')'); skip(',')) {
      const name = next();
      next(':');
      next('$');
      found[name] = next();
    }
    next(')');
    return found;
  };
  const selectOf = (): Selection[] => {
    const found: Selection[] = [];
    for (next('{'); !isNext('}');) {
      if (at >= tokens.length) throw new Error('a selection does not end');
      found.push(isNext('...') ? fragmentOf() : fieldOf());
    }
    next('}');
    return found;
  };
  const fragmentOf = (): Selection => {
    next('...');
    next('on');
    return { field: '', args: {}, on: next(), select: selectOf() };
  };
  const fieldOf = (): Selection => ({ field: next(), args: isNext('(') ? argsOf() : {}, select: isNext('{') ? selectOf() : [] });

  next('query');
  return { operation: next(), variables: isNext('(') ? variablesOf() : {}, select: selectOf() };
}

/** A field with arguments is a function of them. `__typename` selects inline fragments. */
export type Resolver = (args: Readonly<Record<string, unknown>>) => unknown;

/** Answers a request from an object that holds every available field. */
export function answerGraphql(body: unknown, root: Readonly<Record<string, unknown>>): Answer {
  const { query, variables } = fieldsOf(body) ?? {};
  try {
    const document = parseDocument(String(query));
    const given = fieldsOf(variables) ?? {};
    checkVariables(document, given);
    return ok({ data: read(root, document.select, given) });
  } catch (error) {
    const classification = error instanceof Refusal ? error.classification : 'ValidationError';
    return ok({ errors: [{ message: (error as Error).message, extensions: { classification } }], data: null });
  }
}

/** Thrown by a resolver that rejects its arguments. */
export class Refusal extends Error {
  readonly classification: string;
  constructor(classification: string, message: string) {
    super(message);
    this.classification = classification;
  }
}

function checkVariables({ variables, select }: Document, given: Readonly<Record<string, unknown>>): void {
  for (const name of Object.keys(given)) if (variables[name] === undefined) throw new Error(`the variable $${name} is not declared`);
  for (const [name, type] of Object.entries(variables))
    if (type.endsWith('!') && (given[name] === undefined || given[name] === null))
      throw new Refusal('BAD_REQUEST', `$${name} of type ${type} is missing`);
  for (const name of select.flatMap(passedBy)) if (variables[name] === undefined) throw new Error(`$${name} is used but not declared`);
}

export const passedBy = ({ args, select }: Selection): string[] => [...Object.values(args), ...select.flatMap(passedBy)];

function read(from: unknown, select: readonly Selection[], variables: Readonly<Record<string, unknown>>): unknown {
  if (from === null || select.length === 0) return from;
  if (Array.isArray(from)) return from.map((item) => read(item, select, variables));
  const object = from as Readonly<Record<string, unknown>>;
  const pairs = select.flatMap(({ field, args, select: inner, on }): [string, unknown][] => {
    if (on !== undefined) return object['__typename'] === on ? Object.entries(read(object, inner, variables) as object) : [];
    if (!(field in object)) throw new Error(`there is no field "${field}" here`);
    const value = object[field];
    const passed = Object.fromEntries(Object.entries(args).map(([name, variable]) => [name, variables[variable]]));
    return [[field, read(typeof value === 'function' ? (value as Resolver)(passed) : value, inner, variables)]];
  });
  return Object.fromEntries(pairs);
}
