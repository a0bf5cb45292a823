/** The path of every call: permit, confirm, run, sanitize, encode, audit. A tool checks its own arguments. */
import { randomUUID } from 'node:crypto';
import { ProtocolError, ProtocolErrorCode, type CallToolResult, type InputRequiredResult } from '@modelcontextprotocol/server';
import type { AuditEvent, Caller, Decision } from '../audit/index.ts';
import { messageOf, ZscalerMcpError } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { logFor, scopeFields } from '../common/log-scope.ts';
import { restore, sanitize, sanitizeText } from '../sanitize/index.ts';
import { bound } from '../shape/index.ts';
import { withoutToken, type Consent } from './confirm-call.ts';
import { encodeFailure, encodeNeed, encodeResult } from './encode.ts';
import type { CallContext, OfferedTool, Runtime } from './runtime.ts';

/** A call of a tool, and what is needed to carry it out. */
export interface Call {
  readonly runtime: Runtime;
  readonly name: string;
  readonly args: unknown;
  readonly context: CallContext;
  /** Asks a person about a call of a confirmed tool. @throws ZscalerMcpError ERR_NOT_CONFIRMED */
  readonly askForConsent: (tool: OfferedTool, args: unknown) => Promise<Consent>;
  readonly caller: Caller;
  readonly log: Log;
  /** Writes to the audit log. */
  readonly audit: (event: AuditEvent) => void;
}

/**
 * Calls a tool. A tool that fails gives a result marked as an error, so that the model can read it.
 * @throws ProtocolError invalid params when no tool of that name is offered
 */
export function callTool(call: Call): Promise<CallToolResult | InputRequiredResult> {
  const id = randomUUID();
  return logFor({ call: id }, () => answerCall(call, id));
}

async function answerCall(call: Call, id: string): Promise<CallToolResult | InputRequiredResult> {
  const { runtime, name, args, context } = call;
  const startedAt = performance.now();
  const note = openNotes(call, id, startedAt);
  note({ event: 'call', args });
  let decision: Decision = 'refused';
  let by: 'answer' | 'token' | undefined;
  try {
    const tool = permit(runtime, name);
    const given = runtime.sanitizes ? restore(args) : args;
    decision = tool.isConfirmed ? 'not confirmed' : 'allowed';
    const consent = tool.isConfirmed ? await call.askForConsent(tool, given) : null;
    if (consent && consent.kind !== 'given') {
      note({ event: 'asked', decision });
      return consent.kind === 'asked' ? consent.result : encodeNeed(consent.text);
    }
    if (consent) {
      decision = 'confirmed';
      ({ by } = consent);
    }
    const value = await runtime.run(name, consent ? withoutToken(given) : given, {
      ...context,
      queried: (query) => note({ event: 'query', ...query }),
    });
    const isStructured = tool.outputSchema !== undefined;
    const inputs = inputsOf(tool);
    const { value: shown, ...whole } = isStructured ? { value } : bound(value, { maxTokens: runtime.maxResponseTokens, inputs });
    const result = encodeResult(runtime.sanitizes ? sanitize(shown, runtime.chatSeparators) : shown, {
      isStructured,
      writtenBy: tool.writtenBy,
      afterChange: tool.afterChange,
      maxTokens: runtime.maxResponseTokens,
      inputs,
      whole,
    });
    note({ event: 'done', decision, by, result: value });
    return result;
  } catch (error) {
    const thrown = error instanceof URIError ? halfCharacter(name) : error;
    note({
      event: 'failed',
      ...(isWrongInput(thrown) ? { decision: 'refused' } : { decision, by }),
      type: kindOf(thrown),
      message: messageOf(thrown),
    });
    if (thrown instanceof ProtocolError) throw thrown;
    const text = explain(thrown, call);
    return encodeFailure(runtime.sanitizes ? sanitizeText(text, runtime.chatSeparators) : text);
  }
}

type AuditNote = AuditEvent extends infer Event
  ? Event extends AuditEvent
    ? Omit<Event, 'call' | 'tool' | 'caller' | 'ms'>
    : never
  : never;

function openNotes({ runtime, name, caller, audit }: Call, call: string, startedAt: number): (note: AuditNote) => void {
  if (!runtime.logToolCalls) return () => undefined;
  const { request } = scopeFields();
  return (note) => audit({ ...note, call, request, tool: name, caller, ms: performance.now() - startedAt } as AuditEvent);
}

/** Of an error's message, in characters: what a caller sent, or a cloud answered, may be quoted in it. */
const LONGEST_ERROR = 4_000;

/** A text that was cut in the middle of a character can be written in JSON, and not in an address. */
const halfCharacter = (name: string): ZscalerMcpError =>
  new ZscalerMcpError(
    'ERR_TOOL_INPUT',
    `${name} cannot be called like this: an input that is part of an address has half of a character (a lone surrogate, U+D800 to U+DFFF)`,
    { hint: 'Send the whole character, or leave it out.' },
  );

/** Whether the arguments were wrong; then the cloud was not asked. */
const isWrongInput = (thrown: unknown): boolean => thrown instanceof ZscalerMcpError && thrown.code === 'ERR_TOOL_INPUT';

const inputsOf = (tool: OfferedTool): string[] => Object.keys((tool.inputSchema() as { properties?: object }).properties ?? {});

function permit({ tools, suggest }: Runtime, name: string): OfferedTool {
  const tool = tools.get(name);
  if (tool) return tool;
  throw new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    `Unknown tool: ${JSON.stringify(sanitizeText(name.slice(0, 100)))} is not offered here${suggest(name.slice(0, 100)) || '.'} tools/list has those that are.`,
  );
}

/** The text for the model: the message of an error of our own, and only a reference to the log for any other. */
function explain(thrown: unknown, { runtime, name, context, log }: Call): string {
  if (thrown instanceof ZscalerMcpError) {
    const hints = [thrown.hint, isUnknownRecord(thrown) && whereIdsAre(runtime, name)].filter(Boolean);
    const message = thrown.message.length > LONGEST_ERROR ? `${thrown.message.slice(0, LONGEST_ERROR)}… (cut)` : thrown.message;
    return hints.length === 0 ? message : `${message}\n${hints.join(' ')}`;
  }
  if (context.signal.aborted) return `${name} was cancelled.`;
  const reference = randomUUID().slice(0, 8);
  log.error({ tool: name, reference, err: thrown }, 'a tool failed unexpectedly');
  return `${name} failed because of a fault in this server, not because of the arguments. See the server's log for reference ${reference}.`;
}

const isUnknownRecord = (thrown: ZscalerMcpError): boolean => 'status' in thrown && thrown.status === 404;

/** Which tools show the IDs that this one takes, from the descriptions: "ID of the rule, as zia_list_url_filtering_rules shows it." */
function whereIdsAre({ tools }: Runtime, name: string): string {
  const { properties = {}, required = [] } = (tools.get(name)?.inputSchema() ?? {}) as Schema;
  const said = required.filter((input) => input.endsWith('_id')).map((input) => properties[input]?.description ?? '');
  const known = new Set(said.flatMap((about) => about.match(/\w+/g) ?? []).filter((word) => word.includes('_') && tools.has(word)));
  return known.size === 0 ? '' : `${[...known].join(' and ')} ${known.size === 1 ? 'shows' : 'show'} the IDs.`;
}

interface Schema {
  readonly properties?: Readonly<Record<string, { readonly description?: string }>>;
  readonly required?: readonly string[];
}

function kindOf(thrown: unknown): string {
  if (thrown instanceof ZscalerMcpError) return thrown.code;
  return thrown instanceof Error ? thrown.name : typeof thrown;
}
