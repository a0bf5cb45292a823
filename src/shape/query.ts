/** JMESPath queries of callers, applied to answers. */
import { ZscalerMcpError } from '../common/errors.ts';

const MOST_CHARACTERS = 1_000;
/** Limits of one evaluation: less than a tenth of a second of work, and a result of half as many characters. */
const MOST_WORK = 2_000_000;

/** Evaluates the expression. @throws ZscalerMcpError ERR_TOOL_INPUT */
export interface Query {
  (value: unknown): unknown;
  /** The caller's text. */
  readonly expression: string;
}

/** Loads the parser of queries, which the first query does otherwise. */
export const loadQueries = () => import('./jmespath/index.ts');

/**
 * Parses the input `query` of a call; undefined when there is none. The parser is loaded by the first query.
 * @throws ZscalerMcpError ERR_TOOL_INPUT
 */
export async function openQuery(args: unknown): Promise<Query | undefined> {
  const expression = (args as { readonly query?: unknown } | null | undefined)?.query;
  if (typeof expression !== 'string') return undefined;
  if (expression.length > MOST_CHARACTERS)
    throw new ZscalerMcpError('ERR_TOOL_INPUT', `query has ${expression.length} characters; ${MOST_CHARACTERS} are allowed`, {
      hint: 'Narrow the list with the other inputs, and ask for less in query.',
    });
  const { compile, Fault } = await loadQueries();
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
  return new ZscalerMcpError('ERR_TOOL_INPUT', `query is not a valid JMESPath expression: ${message}, at character ${at + 1}`, {
    hint: `${point(expression, at)}\nIt is applied to the array of rows: [?enabled].{id: id, name: name}. Text stands in '', other values in \`\`.`,
  });
}

const AROUND = 60;

/** The line with the fault, and a marker below the position. */
function point(expression: string, at: number): string {
  const from = Math.max(0, at - AROUND);
  return `${expression.slice(from, at + AROUND).replaceAll(/\s/g, ' ')}\n${' '.repeat(at - from)}^`;
}
