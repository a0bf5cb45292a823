/** The one path that every call takes: permit, confirm, run, sanitize, encode, audit. A tool judges its own arguments. */
import { randomUUID } from 'node:crypto';
import { ProtocolError, ProtocolErrorCode, type CallToolResult, type InputRequiredResult } from '@modelcontextprotocol/server';
import { formatAsked, formatCall, formatFailure, formatSuccess, type Caller } from '../audit/index.ts';
import { messageOf, ZscalerMcpError } from '../errors.ts';
import type { Log } from '../log.ts';
import { restore, sanitize, sanitizeText } from '../sanitize/index.ts';
import { withoutToken, type Consent } from './confirm-call.ts';
import { encodeFailure, encodeNeed, encodeResult } from './encode.ts';
import type { CallContext, OfferedTool, Runtime } from './runtime.ts';

export interface Call {
  readonly runtime: Runtime;
  readonly name: string;
  readonly args: unknown;
  readonly context: CallContext;
  /** Asks a person about a call of a confirmed tool. @throws ZscalerMcpError ERR_NOT_CONFIRMED */
  readonly askForConsent: (tool: OfferedTool, args: unknown) => Promise<Consent>;
  readonly caller: Caller;
  readonly log: Log;
  /** Writes one line of the audit log. */
  readonly audit: (line: string) => void;
}

/**
 * Whatever goes wrong in a tool is a result marked as an error, so that the model can read it.
 * @throws ProtocolError invalid params, when no tool of that name is offered
 */
export async function callTool(call: Call): Promise<CallToolResult | InputRequiredResult> {
  const { runtime, name, args, context, caller } = call;
  const startedAt = performance.now();
  const note = (line: string) => runtime.logToolCalls && call.audit(line);
  const fail = (thrown: unknown) => note(formatFailure(name, performance.now() - startedAt, kindOf(thrown), messageOf(thrown), caller));
  note(formatCall(name, args, caller));
  try {
    const tool = permit(runtime, name);
    const given = runtime.sanitizes ? restore(args) : args;
    const consent = tool.isConfirmed ? await call.askForConsent(tool, given) : null;
    if (consent && consent.kind !== 'given') {
      note(formatAsked(name, performance.now() - startedAt, caller));
      return consent.kind === 'asked' ? consent.result : encodeNeed(consent.text);
    }
    const value = await runtime.run(name, consent ? withoutToken(given) : given, context);
    const shown = runtime.sanitizes ? sanitize(value) : value;
    const result = encodeResult(shown, { isStructured: tool.outputSchema !== undefined, writtenBy: tool.writtenBy });
    note(formatSuccess(name, performance.now() - startedAt, value, caller));
    return result;
  } catch (thrown) {
    fail(thrown);
    if (thrown instanceof ProtocolError) throw thrown;
    const text = explain(thrown, call);
    return encodeFailure(runtime.sanitizes ? sanitizeText(text) : text);
  }
}

function permit({ tools }: Runtime, name: string): OfferedTool {
  const tool = tools.get(name);
  if (tool) return tool;
  throw new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    `Unknown tool: ${JSON.stringify(sanitizeText(name.slice(0, 100)))} is not offered here. tools/list names what is.`,
  );
}

/** Text that we trust: our own errors speak for themselves, all others stay in the log. */
function explain(thrown: unknown, { name, context, log }: Call): string {
  if (thrown instanceof ZscalerMcpError) return thrown.hint === undefined ? thrown.message : `${thrown.message}\n${thrown.hint}`;
  if (context.signal.aborted) return `${name} was cancelled.`;
  const reference = randomUUID().slice(0, 8);
  log.error({ tool: name, reference, err: thrown }, 'a tool failed unexpectedly');
  return `${name} failed because of a fault in this server, not of the arguments. The server's log says more under reference ${reference}.`;
}

function kindOf(thrown: unknown): string {
  if (thrown instanceof ZscalerMcpError) return thrown.code;
  return thrown instanceof Error ? thrown.name : typeof thrown;
}
