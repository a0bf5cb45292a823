/** Microsegmentation speaks GraphQL: one endpoint, a field for each question. */
import { anyCase, count, initially, oneOf, onWire, optional, query, text, type Fields, type Paging, type Product } from '../define.ts';

export const zms: Product<'zms'> = {
  id: 'zms',
  title: 'Microsegmentation',
  root: '/zms',
  base: '/zms',
  paging: { kind: 'pages', items: 'nodes', counters: 'pageInfo', total: 'totalCount', pages: 'totalPages', input: 'page_num' },
};

interface Question {
  readonly about: string;
  readonly operation: string;
  /** The field of the API that answers. */
  readonly field: string;
  /** Its arguments but for the customer, by their types. */
  readonly args?: Readonly<Record<string, string>>;
  readonly input?: Fields;
  /** What is read of the answer, or of each row; nothing for a field without members. */
  readonly select?: string;
  readonly variables?: (input: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
}

interface SingleQuestion extends Question {
  /** Type of the customer's ID, if it is no ID for the API. */
  readonly customer?: string;
  /** Where the answer is, if not in the field itself. */
  readonly answer?: string;
}

/** A question with one answer. */
export const ask = (
  name: string,
  { operation, field, args = {}, select = '', customer = 'ID!', answer = field, ...rest }: SingleQuestion,
) =>
  query(zms, name, {
    toolset: 'zms',
    about: rest.about,
    input: rest.input ?? {},
    document: documentOf(operation, field, { customerId: customer, ...args }, select),
    answer,
  });

/** A list by page. Some call the page `page`, others `page_num`. */
export const list = (
  name: string,
  { operation, field, args = {}, select = '', ...rest }: Question,
  page: 'page' | 'page_num' = 'page_num',
) =>
  query(zms, name, {
    toolset: 'zms',
    about: rest.about,
    input: { ...rest.input, ...paging(page) },
    document: documentOf(
      operation,
      field,
      { customerId: 'ID!', [page === 'page' ? 'page' : 'pageNum']: 'Int', pageSize: 'Int', ...args },
      `nodes { ${select} } pageInfo { pageNumber pageSize totalCount totalPages }`,
    ),
    answer: field,
    returns: { ...zms.paging, input: page } as Paging,
    ...(rest.variables && { variables: rest.variables }),
  });

const paging = (page: string): Fields => ({
  [page]: initially(count('Page to return, from 1.', { min: 1 }), 1),
  page_size: initially(count('Rows on a page.', { min: 1, max: 100 }), 20),
});

/** Each argument is a variable of its own name. */
function documentOf(operation: string, field: string, args: Readonly<Record<string, string>>, select: string): string {
  const names = Object.keys(args);
  const declared = names.map((name) => `$${name}: ${args[name]}`).join(', ');
  const passed = names.map((name) => `${name}: $${name}`).join(', ');
  return `query ${operation}(${declared}) { ${field}(${passed})${select && ` { ${select} }`} }`;
}

export const direction = anyCase(oneOf(['ASC', 'DESC'], 'Order of the rows.'));
/** The order of a list that has one order only. */
export const sortOrder = (field: string) => ({ sort_order: onWire(`orderBy.${field}`, optional(direction)) });

/** Inputs of the lists around agents. */
export const agentFilters = {
  search: optional(text('Part of the name.')),
  sort: optional(text('Field to order the rows by, as the rows name it.')),
  sort_dir: optional(direction),
};
export const agentArgs = { search: 'String', sort: 'String', sortDir: 'SortDirection' };
