/** The context of log lines (request, call or operation), carried by AsyncLocalStorage instead of parameters. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';

/** Fields added to every line that is logged within a scope. */
export type ScopeFields = Readonly<Record<string, string>>;

interface Scope {
  readonly fields: ScopeFields;
  isOpen: boolean;
  readonly outer: Scope | undefined;
}

const scopes = new AsyncLocalStorage<Scope>();

/**
 * Adds `fields` to every line logged inside `run`, until its result settles. Work that outlives it, such as a session's timer, then
 * logs without them.
 */
export async function logFor<Result>(fields: ScopeFields, run: () => Promise<Result>): Promise<Result> {
  const scope: Scope = { fields, isOpen: true, outer: scopes.getStore() };
  try {
    return await scopes.run(scope, run);
  } finally {
    scope.isOpen = false;
  }
}

/** The fields of all enclosing scopes; an inner scope wins over an outer one. */
export function scopeFields(): ScopeFields {
  let fields: ScopeFields = {};
  for (let scope = scopes.getStore(); scope; scope = scope.outer) if (scope.isOpen) fields = { ...scope.fields, ...fields };
  return fields;
}

/** 64 random bits in hex: identifies a request within one log. */
export const newRequestId = (): string => randomBytes(8).toString('hex');
