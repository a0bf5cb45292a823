/** Runs a tool of the catalogue against a cloud that gives these answers in turn; an Error among them is thrown. */
import { bindCall, type Send } from './bind-call.ts';
import { catalogue } from './catalogue.ts';

type Request = Parameters<Send>[0];

export interface Ran {
  readonly result: unknown;
  readonly error: unknown;
  readonly sent: readonly Request[];
  readonly lines: readonly string[];
}

export async function runTool(name: string, input: Record<string, unknown>, answers: readonly unknown[]): Promise<Ran> {
  const tool = catalogue.find((candidate) => candidate.name === name);
  if (!tool) throw new Error(`no tool ${name}`);
  const sent: Request[] = [];
  const send: Send = (request) => {
    const answer = answers[Math.min(sent.push(request), answers.length) - 1];
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const outcome = await Promise.resolve()
    .then(() => tool.run(bindCall(tool, send, { customerId: '77' }), tool.parse(input)))
    .then(
      (result: unknown) => ({ result, error: undefined }),
      (error: unknown) => ({ result: undefined, error }),
    );
  return { ...outcome, sent, lines: sent.map(({ method, path }) => `${method} ${path}`) };
}
