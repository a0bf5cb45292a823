/** A caller's JMESPath expression, applied to an answer. */
import { ZscalerMcpError } from '../common/errors.ts';

const MOST_CHARACTERS = 1_000;
/** About a tenth of a second of work, and a result of as many characters. */
const MOST_WORK = 5_000_000;

/** Finds what the expression asks for. @throws ZscalerMcpError ERR_TOOL_INPUT */
export interface Query {
  (value: unknown): unknown;
  /** As the caller gave it. */
  readonly expression: string;
}

/**
 * The input `query` of a call, ready for use; undefined when there is none. The language is loaded by the first one.
 * @throws ZscalerMcpError ERR_TOOL_INPUT
 */
export async function openQuery(args: unknown): Promise<Query | undefined> {
  const expression = (args as { readonly query?: unknown } | null | undefined)?.query;
  if (typeof expression !== 'string') return undefined;
  if (expression.length > MOST_CHARACTERS)
    throw new ZscalerMcpError('ERR_TOOL_INPUT', `query has ${expression.length} characters; ${MOST_CHARACTERS} are allowed`, {
      hint: 'Narrow the list with the other inputs, and ask for less in query.',
    });
  const { compile, Fault } = await import('./jmespath/index.ts');
  const explained = <T>(run: () => T): T => {
    try {
      return run();
    } catch (error) {
      throw error instanceof Fault ? refuse(expression, error) : error;
    }
  };
  const search = explained(() => compile(expression));
  return Object.assign((value: unknown) => explained(() => search(value, MOST_WORK)), { expression });
}

function refuse(expression: string, { message, at }: { message: string; at: number | null }): ZscalerMcpError {
  if (at === null)
    return new ZscalerMcpError('ERR_TOOL_INPUT', `query was given up: ${message}`, {
      hint: 'Ask for less in query, or narrow the list with the other inputs.',
    });
  return new ZscalerMcpError('ERR_TOOL_INPUT', `query is no JMESPath expression that works here: ${message}, at character ${at + 1}`, {
    hint: `${point(expression, at)}\nIt is applied to the array of rows: [?enabled].{id: id, name: name}. Text stands in '', other values in \`\`.`,
  });
}

const AROUND = 60;

/** The place in question on a line, with a mark below it. */
function point(expression: string, at: number): string {
  const from = Math.max(0, at - AROUND);
  return `${expression.slice(from, at + AROUND).replaceAll(/\s/g, ' ')}\n${' '.repeat(at - from)}^`;
}
