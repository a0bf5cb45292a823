/** Microsegmentation speaks GraphQL: one endpoint, a field for each query. */
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
  /** The GraphQL field. */
  readonly field: string;
  /** Its arguments and their types, without the customer ID. */
  readonly args?: Readonly<Record<string, string>>;
  readonly input?: Fields;
  /** The fields selected of the answer or of each row; empty for a scalar field. */
  readonly select?: string;
  readonly variables?: (input: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
}

interface SingleQuestion extends Question {
  /** GraphQL type of the customer ID where it is not `ID`. */
  readonly customer?: string;
  /** Path to the answer if it is not the field itself. */
  readonly answer?: string;
}

/** A query with a single answer. */
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

/** A paged list. Some fields name the page `page`, others `page_num`. */
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

/** Each argument becomes a variable of the same name. */
function documentOf(operation: string, field: string, args: Readonly<Record<string, string>>, select: string): string {
  const names = Object.keys(args);
  const declared = names.map((name) => `$${name}: ${args[name]}`).join(', ');
  const passed = names.map((name) => `${name}: $${name}`).join(', ');
  return `query ${operation}(${declared}) { ${field}(${passed})${select && ` { ${select} }`} }`;
}

export const direction = anyCase(oneOf(['ASC', 'DESC'], 'Order of the rows.'));
/** For lists with a single sort order. */
export const sortOrder = (field: string) => ({ sort_order: onWire(`orderBy.${field}`, optional(direction)) });

/** Inputs of the lists about agents. */
export const agentFilters = {
  search: optional(text('Part of the name.')),
  sort: optional(text('Field to order the rows by, as the rows name it.')),
  sort_dir: optional(direction),
};
export const agentArgs = { search: 'String', sort: 'String', sortDir: 'SortDirection' };
