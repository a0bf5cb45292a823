/** The conformance suite's multi-round tools: each answer lists the inputs that are still missing. */
import {
  acceptedContent,
  createRequestStateCodec,
  inputRequired,
  inputResponse,
  type CallToolResult,
  type InputRequests,
  type InputRequiredResult,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { capabilitiesOf, say, type FixtureTool } from './content.ts';

type Answer = Promise<CallToolResult | InputRequiredResult>;

/** The signed state; a modified one is rejected before a tool sees it. */
export const stateCodec = createRequestStateCodec<{ step: number }>({ key: 'a key for the conformance fixtures' });

const ask = (message: string, name: string, type = 'string') =>
  inputRequired.elicit({
    message,
    requestedSchema: { type: 'object', properties: { [name]: { type: type as 'string' } }, required: [name] },
  });

const sampling = (text: string, maxTokens: number) =>
  inputRequired.createMessage({ messages: [{ role: 'user', content: { type: 'text', text } }], maxTokens });

/** The text in field `name` of the answer to `key`; undefined if it is missing or not a string. */
function given({ mcpReq }: ServerContext, key: string, name: string): string | undefined {
  const value = acceptedContent(mcpReq.inputResponses, key)?.[name];
  return typeof value === 'string' ? value : undefined;
}

const kindOf = ({ mcpReq }: ServerContext, key: string) => inputResponse(mcpReq.inputResponses, key).kind;

const stepOf = ({ mcpReq }: ServerContext): number => mcpReq.requestState<{ step: number }>()?.step ?? 0;

async function askName(context: ServerContext): Answer {
  const name = given(context, 'user_name', 'name');
  return name === undefined ? inputRequired({ inputRequests: { user_name: ask('What is your name?', 'name') } }) : say(`Hello, ${name}!`);
}

async function askCapital(context: ServerContext): Answer {
  const view = inputResponse(context.mcpReq.inputResponses, 'capital_question');
  if (view.kind === 'sampling') return say(JSON.stringify(view.result.content));
  return inputRequired({ inputRequests: { capital_question: sampling('What is the capital of France?', 100) } });
}

async function askRoots(context: ServerContext): Answer {
  const view = inputResponse(context.mcpReq.inputResponses, 'client_roots');
  if (view.kind === 'roots') return say(`Roots: ${view.roots.map(({ uri }) => uri).join(', ')}`);
  return inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } });
}

async function confirm(context: ServerContext): Answer {
  if (stepOf(context) === 1 && kindOf(context, 'confirm') === 'elicit') return say('state-ok');
  return inputRequired({
    inputRequests: { confirm: ask('Please confirm', 'ok', 'boolean') },
    requestState: await stateCodec.mint({ step: 1 }, context),
  });
}

async function askThree(context: ServerContext): Answer {
  const inputRequests: InputRequests = {
    user_name: ask('What is your name?', 'name'),
    greeting: sampling('Generate a greeting', 50),
    client_roots: inputRequired.listRoots(),
  };
  if (Object.keys(inputRequests).every((key) => kindOf(context, key) !== 'missing')) return say('All three were answered.');
  return inputRequired({ inputRequests, requestState: await stateCodec.mint({ step: 1 }, context) });
}

async function askTwice(context: ServerContext): Answer {
  const step = stepOf(context);
  if (step === 2 && kindOf(context, 'step2') === 'elicit') return say('Both steps were answered.');
  if (step === 1 && kindOf(context, 'step1') === 'elicit') {
    return inputRequired({
      inputRequests: { step2: ask('Step 2: What is your favorite color?', 'color') },
      requestState: await stateCodec.mint({ step: 2 }, context),
    });
  }
  return inputRequired({
    inputRequests: { step1: ask('Step 1: What is your name?', 'name') },
    requestState: await stateCodec.mint({ step: 1 }, context),
  });
}

async function askWhatIsDeclared(context: ServerContext): Answer {
  const { sampling: samples, elicitation, roots } = capabilitiesOf(context);
  const inputRequests: InputRequests = {
    ...(elicitation && { user_name: ask('What is your name?', 'name') }),
    ...(samples && { greeting: sampling('Generate a greeting', 50) }),
    ...(roots && { client_roots: inputRequired.listRoots() }),
  };
  return Object.keys(inputRequests).length > 0 ? inputRequired({ inputRequests }) : say('Nothing was declared.');
}

export const askContext = async (context: ServerContext): Promise<string | InputRequiredResult> =>
  given(context, 'user_context', 'context') ??
  inputRequired({ inputRequests: { user_context: ask('What context should the prompt use?', 'context') } });

export const roundTools: Readonly<Record<string, FixtureTool>> = {
  test_input_required_result_elicitation: { call: askName },
  test_streaming_elicitation: { call: askName },
  test_input_required_result_sampling: { call: askCapital },
  test_input_required_result_list_roots: { call: askRoots },
  test_input_required_result_request_state: { call: confirm },
  test_input_required_result_tampered_state: { call: confirm },
  test_input_required_result_multiple_inputs: { call: askThree },
  test_input_required_result_multi_round: { call: askTwice },
  test_input_required_result_capabilities: { call: askWhatIsDeclared },
};
