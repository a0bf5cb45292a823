/**
 * Asks a person before something is removed, in the way that the client supports: by elicitation in a session, by an
 * input-required result (revision 2026-07-28) or, for a client without elicitation, with a token. Any failure counts as a no.
 */
import { randomBytes } from 'node:crypto';
import {
  CLIENT_CAPABILITIES_META_KEY,
  inputRequired,
  inputResponse,
  type ClientCapabilities,
  type ElicitRequestFormParams,
  type ElicitResult,
  type InputRequiredResult,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { redact, type Caller } from '../audit/index.ts';
import { describeRemoval, type Fault, type Purpose, type Subject } from '../confirm/index.ts';
import { ZscalerMcpError } from '../common/errors.ts';
import type { Questions } from './questions.ts';
import type { CallContext, OfferedTool, Runtime } from './runtime.ts';

/** The argument that a client without elicitation confirms with. */
export const TOKEN = 'confirmation_token';

/** A call to be confirmed, and how to reach its client. */
export interface Asking {
  readonly runtime: Runtime;
  readonly server: McpServer;
  readonly context: ServerContext;
  readonly caller: Caller;
  readonly questions: Questions;
}

/** Whether the call may run, or what to send to the client first. */
export type Consent =
  /** `by` an answer that the client says is a person's, or by a token, which a model can repeat by itself. */
  | { readonly kind: 'given'; readonly by: 'answer' | 'token' }
  | { readonly kind: 'asked'; readonly result: InputRequiredResult }
  | { readonly kind: 'needed'; readonly text: string };

/**
 * Asks, or takes the answer to an earlier question.
 * @param args as the client sent them, with the token if there is one
 * @throws ZscalerMcpError ERR_NOT_CONFIRMED when a person said no or the answer is not valid; any error of reading the record
 */
export async function askForConsent(asking: Asking, tool: OfferedTool, args: unknown, call: CallContext): Promise<Consent> {
  const { token, rest } = splitToken(args);
  const subject = { caller: callerOf(asking.caller), tool: tool.name, args: rest };
  const { runtime, context } = asking;
  const state = context.mcpReq.requestState();
  if (isModern(context) && state !== undefined) return readAnswer(asking, subject, state);
  if (!canAsk(asking) && token !== undefined) return takeToken(runtime, subject, token);
  const removal = await runtime.describeRemoval(tool.name, rest, call);
  const question = describeRemoval({ ...removal, args: redact(removal.args) });
  if (!canAsk(asking)) return giveToken(runtime, subject, question);
  return isModern(context) ? askInAnswer(runtime, subject, question) : askInSession(asking, question, runtime.confirmations.lifetimeMs);
}

/** The arguments without the token, which the tool does not know. */
export const withoutToken = (args: unknown): unknown => splitToken(args).rest;

function splitToken(args: unknown): { token: unknown; rest: unknown } {
  if (typeof args !== 'object' || args === null || Array.isArray(args)) return { token: undefined, rest: args };
  const { [TOKEN]: token, ...rest } = args as Record<string, unknown>;
  return { token, rest };
}

/** Identifies the client by its session where clients are not authenticated. */
const callerOf = ({ principal, session }: Caller): string => JSON.stringify([principal ?? null, session ?? null]);

const isModern = ({ mcpReq }: ServerContext): boolean => mcpReq.envelope !== undefined;

function canAsk({ context, server }: Asking): boolean {
  const { elicitation } = capabilitiesOf(context, server);
  return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
}

const capabilitiesOf = (context: ServerContext, server: McpServer): ClientCapabilities =>
  (isModern(context)
    ? ((context.mcpReq.envelope as Readonly<Record<string, unknown>>)[CLIENT_CAPABILITIES_META_KEY] as ClientCapabilities | undefined)
    : server.server.getClientCapabilities()) ?? {};

/** The field name differs for each question, so that the answer to another question does not match. */
const fieldOf = (mark: string): string => `decision_${mark}`;

const formOf = (question: string, mark: string): ElicitRequestFormParams => ({
  mode: 'form',
  message: question,
  requestedSchema: {
    type: 'object',
    properties: {
      [fieldOf(mark)]: { type: 'string', title: 'Decision', description: 'Choose delete to continue.', enum: ['delete', 'cancel'] },
    },
    required: [fieldOf(mark)],
  },
});

const QUESTION = 'confirmation';

function askInAnswer({ confirmations }: Runtime, subject: Subject, question: string): Consent {
  const { sealed, mark } = confirmations.issue('state', subject);
  return {
    kind: 'asked',
    result: inputRequired({ inputRequests: { [QUESTION]: inputRequired.elicit(formOf(question, mark)) }, requestState: sealed }),
  };
}

/** Reads the answer to a question that a former result asked. A no uses up the state as a yes does. */
async function readAnswer({ runtime, context }: Asking, subject: Subject, state: unknown): Promise<Consent> {
  const { mark } = await use(runtime, 'state', subject, state);
  const answer = inputResponse(context.mcpReq.inputResponses, QUESTION);
  judge(answer.kind === 'elicit' ? answer : null, mark);
  return { kind: 'given', by: 'answer' };
}

async function askInSession({ context, server, questions }: Asking, question: string, timeout: number): Promise<Consent> {
  const mark = randomBytes(4).toString('hex');
  const answer = await questions.whileOpen(context.mcpReq.signal, (signal) =>
    server.server.elicitInput(formOf(question, mark), { relatedRequestId: context.mcpReq.id, timeout, signal }),
  );
  if ('fault' in answer) throw notConfirmed(`no answer came back${whyNone(answer.fault, timeout)}`);
  judge(answer.value, mark);
  return { kind: 'given', by: 'answer' };
}

/** Why a question has no answer. Messages of the protocol library and of clients are not repeated. */
function whyNone(fault: unknown, timeoutMs: number): string {
  const { code, name, message } = fault as { code?: unknown; name?: string; message?: string };
  if (code === 'REQUEST_TIMEOUT') return ` within ${timeoutMs / 1_000} s`;
  if (typeof code === 'number' && name !== 'AbortError') return `: the client answered with an error (${code})`;
  if (code !== undefined) return ': the connection to the client is closed';
  return name === 'Error' ? `: ${message}` : ': the call was cancelled';
}

interface Answer {
  readonly action: ElicitResult['action'];
  readonly content?: Readonly<Record<string, unknown>> | undefined;
}

/** @throws ZscalerMcpError ERR_NOT_CONFIRMED for anything but a yes to this question */
function judge(answer: Answer | null, mark: string): void {
  const decision = answer?.action === 'accept' ? answer.content?.[fieldOf(mark)] : undefined;
  if (decision === 'delete') return;
  const isNo = answer?.action === 'decline' || answer?.action === 'cancel' || decision === 'cancel';
  throw notConfirmed(isNo ? 'the person who was asked did not agree' : 'the answer does not belong to the question');
}

function giveToken({ confirmations, allowsTokenConfirmation }: Runtime, subject: Subject, question: string): Consent {
  if (!allowsTokenConfirmation)
    throw new ZscalerMcpError('ERR_NOT_CONFIRMED', `Not confirmed, nothing was changed: this client cannot ask a person.`, {
      hint: 'Use a client that supports elicitation, or have an operator set ZSCALER_MCP_CONFIRMATION_FALLBACK=token.',
    });
  const { sealed } = confirmations.issue('token', subject);
  const seconds = Math.round(confirmations.lifetimeMs / 1_000);
  const how = `Nothing was changed yet. Show this to the person you work for, and ask. Only if they agree, call ${subject.tool} again with the same arguments and this one more, within ${seconds} seconds; it works once:`;
  return { kind: 'needed', text: `${question}\n\n${how}\n${TOKEN}: ${sealed}` };
}

async function takeToken(runtime: Runtime, subject: Subject, token: unknown): Promise<Consent> {
  if (!runtime.allowsTokenConfirmation) throw notConfirmed('tokens are not accepted here');
  await use(runtime, 'token', subject, token);
  return { kind: 'given', by: 'token' };
}

async function use({ confirmations }: Runtime, purpose: Purpose, subject: Subject, proof: unknown): Promise<{ readonly mark: string }> {
  const found = await confirmations.redeem(purpose, proof, subject);
  if (typeof found === 'string') throw notConfirmed(faults[found]);
  return found;
}

const faults: Readonly<Record<Fault, string>> = {
  foreign: 'the confirmation does not belong to this call, with these arguments and by this caller',
  expired: 'the confirmation came too late',
  used: 'the confirmation was used before',
  unknown: 'the server cannot check now whether the confirmation was used before at another replica',
};

const notConfirmed = (why: string): ZscalerMcpError =>
  new ZscalerMcpError('ERR_NOT_CONFIRMED', `Not confirmed, nothing was changed: ${why}.`, {
    hint: 'Call again without a confirmation only if the person you work for still wants it; they are asked again.',
  });
