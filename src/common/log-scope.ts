/** What a line of the log was written for: a request, a call, an operation. Carried along by Node.js, so that nobody has to hand it on. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';

export type ScopeFields = Readonly<Record<string, string>>;

interface Scope {
  readonly fields: ScopeFields;
  isOpen: boolean;
  readonly outer: Scope | undefined;
}

const scopes = new AsyncLocalStorage<Scope>();

/**
 * Lines that are logged because of `run`, until what it returns has settled, carry the fields. What it leaves behind, such as the
 * timer of a session, logs without them from then on.
 */
export async function logFor<Result>(fields: ScopeFields, run: () => Promise<Result>): Promise<Result> {
  const scope: Scope = { fields, isOpen: true, outer: scopes.getStore() };
  try {
    return await scopes.run(scope, run);
  } finally {
    scope.isOpen = false;
  }
}

/** The fields of all scopes that a line is logged in; of two with the same name, the inner one's. */
export function scopeFields(): ScopeFields {
  let fields: ScopeFields = {};
  for (let scope = scopes.getStore(); scope; scope = scope.outer) if (scope.isOpen) fields = { ...scope.fields, ...fields };
  return fields;
}

/** 64 random bits: tells requests of one log apart. */
export const newRequestId = (): string => randomBytes(8).toString('hex');
