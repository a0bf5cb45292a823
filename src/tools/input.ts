/** Checks the arguments of a call. Reports every fault at once, with what was wanted and what was given. */
import { ZscalerMcpError } from '../common/errors.ts';
import { quoteBriefly, sayFew } from '../common/few.ts';
import { parseMessage, quote } from '../common/json.ts';
import type { Field, Fields, JsonSchema } from './fields.ts';
import { suggest } from '../common/nearest.ts';

export type ToolInput = Readonly<Record<string, unknown>>;

export function schemaOf(fields: Fields): JsonSchema {
  const properties = Object.fromEntries(
    Object.entries(fields).map(([name, { schema, about }]) => [name, { ...schema, description: about }]),
  );
  const required = Object.keys(fields).filter((name) => fields[name]?.isNeeded);
  return { type: 'object', properties, ...(required.length > 0 && { required }), additionalProperties: false };
}

/** @throws ZscalerMcpError ERR_TOOL_INPUT */
export function parseInput(tool: string, fields: Fields, raw: unknown): ToolInput {
  const given = raw ?? {};
  if (typeof given !== 'object' || Array.isArray(given)) throw refuse(tool, fields, [`the input must be an object, got ${show(given)}`]);
  const faults = unknownNames(fields, given as Record<string, unknown>);
  const input: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = readField(field, (given as Record<string, unknown>)[name]);
    if ('fault' in value) faults.push(`${name} ${value.fault}`);
    else if (value.good !== undefined) input[name] = value.good;
  }
  if (faults.length > 0) throw refuse(tool, fields, faults);
  return input;
}

/** null stands for "not given": the parameters of the Python server were nullable, and clients send it. */
function readField(field: Field, given: unknown): { good: unknown } | { fault: string } {
  if (given === undefined || given === null)
    return field.isNeeded ? { fault: `is missing (wanted ${field.wants})` } : { good: field.initial };
  const good = field.read(given) ?? field.read(inText(field, given));
  return good === undefined ? { fault: `must be ${field.wants}, got ${field.isSecret ? 'something else' : show(given)}` } : { good };
}

/** The value inside a text given for another type: `"104"`, `"true"`, a list as JSON. Models and the Python server's clients send such texts. */
function inText({ schema }: Field, given: unknown): unknown {
  if (typeof given !== 'string' || schema['type'] === 'string') return undefined;
  try {
    return parseMessage(given);
  } catch {
    return undefined;
  }
}

function unknownNames(fields: Fields, given: Record<string, unknown>): string[] {
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(fields, name));
  return unknown.length === 0
    ? []
    : [sayFew(unknown, (name) => `${quoteBriefly(name)} is unknown${suggest(name, Object.keys(fields))}`, '; ')];
}

function show(given: unknown): string {
  if (typeof given === 'string') return given.length > 60 ? `a text of ${given.length} characters` : quote(given);
  if (Array.isArray(given)) return `a list of ${given.length}`;
  if (typeof given === 'bigint') return given.toString().slice(0, 60);
  return typeof given === 'object' && given !== null ? 'an object' : String(given);
}

function refuse(tool: string, fields: Fields, faults: readonly string[]): ZscalerMcpError {
  const names = Object.keys(fields);
  const hint =
    names.length === 0 ? `${tool} takes no inputs.` : `Correct this and call again; the inputs of ${tool} are ${names.join(', ')}.`;
  return new ZscalerMcpError('ERR_TOOL_INPUT', `${tool} cannot be called like this: ${faults.join('; ')}`, { hint });
}
