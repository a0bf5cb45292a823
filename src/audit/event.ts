/** Audit events of one tool call, and their two formats. */
import { escapeInvisible } from '../common/invisible.ts';
import { stringifyJson } from '../common/json.ts';
import { formatAsked, formatCall, formatFailure, formatQuery, formatSuccess, rowsOf, shortHash, type Caller } from './format.ts';
import { redact, redactText } from './redact.ts';

/** `confirmed`: how is in `by`. `not confirmed`: nobody has agreed, or not yet. */
export type Decision = 'allowed' | 'refused' | 'confirmed' | 'not confirmed';

interface Common {
  /** Call id; the same in all events of one call. */
  readonly call: string;
  /** Id of the HTTP request, as in the log; in the JSON format only. */
  readonly request?: string | undefined;
  readonly tool: string;
  readonly caller: Caller;
}

interface Decided {
  readonly decision: Decision;
  /** How it was confirmed: by an answer that the client attributes to a person, or by a token. */
  readonly by?: 'answer' | 'token' | undefined;
}

/** One event of a tool call: received, asked for confirmation, queried, done or failed. `ms`: time since the call came in. */
export type AuditEvent =
  | (Common & { readonly event: 'call'; readonly args: unknown })
  | (Common & { readonly event: 'asked'; readonly decision: Decision; readonly ms: number })
  /** A caller's query was applied to an answer; number of rows before and after. */
  | (Common & { readonly event: 'query'; readonly expression: string; readonly before: number; readonly after: number })
  | (Common & Decided & { readonly event: 'done'; readonly ms: number; readonly result: unknown })
  | (Common & Decided & { readonly event: 'failed'; readonly ms: number; readonly type: string; readonly message: string })
  /** The call was cut: nobody knows whether the cloud carried it out. */
  | (Common & {
      readonly event: 'failed';
      readonly decision?: undefined;
      readonly ms: number;
      readonly type: string;
      readonly message: string;
    });

export type AuditFormat = 'line' | 'json';

/** Formats an event as one line, without the line break. `time`: ISO 8601. */
export const formatEvent = (event: AuditEvent, format: AuditFormat, time: string): string =>
  format === 'json' ? toJson(event, time) : `${time} ${toLine(event)}`;

/** The `line` format, without its time. */
export function toLine(event: AuditEvent): string {
  const { tool, caller } = event;
  switch (event.event) {
    case 'call':
      return formatCall(tool, event.args, caller);
    case 'asked':
      return formatAsked(tool, event.ms, caller);
    case 'query':
      return formatQuery(tool, event.expression, event, caller);
    case 'done':
      return formatSuccess(tool, event.ms, event.result, caller, event);
    case 'failed':
      return formatFailure(tool, event, caller, event.decision === undefined ? undefined : event);
  }
}

function toJson({ event, call, request, tool, caller, ...rest }: AuditEvent, time: string): string {
  const { session, client, address, principal } = caller;
  const who = {
    principal: principal ?? undefined,
    session: session === undefined ? undefined : shortHash(session),
    client: client === undefined ? undefined : redactText(client),
    address,
  };
  return escapeInvisible(stringifyJson({ time, event, call, request, tool: redactText(tool), ...detailsOf(rest), caller: who }));
}

function detailsOf(rest: object): object {
  const { args, result, ms, message, expression, ...plain } = rest as {
    args?: unknown;
    result?: unknown;
    ms?: number;
    message?: string;
    expression?: string;
  };
  return {
    ...plain,
    ...(ms !== undefined && { ms: Math.round(ms) }),
    ...('args' in rest && { args: redact(args) }),
    ...('result' in rest && { rows: rowsOf(result) }),
    ...(message !== undefined && { message: redactText(message) }),
    ...(expression !== undefined && { expression: redactText(expression) }),
  };
}
