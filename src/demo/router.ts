import type { Answer } from './answer.ts';

/** One request, as a route sees it. */
export interface Visit {
  readonly method: string;
  readonly path: string;
  /** The `{name}` parts of the route, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Parsed JSON; `undefined` when there was none. */
  readonly body: unknown;
}

export type Handle = (visit: Visit) => Answer;

/** `'GET /ruleLabels/{id}'`, the path below the product's prefix, to what answers it. */
export type Routes = Readonly<Record<string, Handle>>;

/** One product of the cloud: what lives below a path prefix, and how it says no. */
export interface Product {
  readonly prefix: string;
  readonly routes: Routes;
  readonly unknownPath: Answer;
  readonly invalidBody: Answer;
}

interface Route {
  readonly method: string;
  readonly segments: readonly string[];
  readonly handle: Handle;
}

export type Match =
  | { readonly product: Product; readonly handle: Handle; readonly params: Record<string, string> }
  | { readonly product: Product | undefined; readonly handle: undefined; readonly otherMethod: boolean };

/** Finds what answers a request; a literal segment wins over a `{name}`, whatever the order. */
export function openRouter(products: readonly Product[]): (method: string, path: string) => Match {
  const tables = products.map((product) => ({ product, routes: parseRoutes(product) }));
  return (method, path) => {
    const table = tables.find(({ product }) => path === product.prefix || path.startsWith(`${product.prefix}/`));
    if (!table) return { product: undefined, handle: undefined, otherMethod: false };
    const segments = path.split('/');
    const fitting = table.routes.filter((route) => fits(route.segments, segments));
    const route = fitting.filter((candidate) => candidate.method === method).sort((a, b) => freedom(a) - freedom(b))[0];
    if (!route) return { product: table.product, handle: undefined, otherMethod: fitting.length > 0 };
    return { product: table.product, handle: route.handle, params: readParams(route.segments, segments) };
  };
}

const parseRoutes = ({ prefix, routes }: Product): Route[] =>
  Object.entries(routes).map(([line, handle]) => {
    const [method = '', path = ''] = line.split(' ');
    return { method, segments: `${prefix}${path}`.split('/'), handle };
  });

const isParam = (segment: string): boolean => segment.startsWith('{');

const fits = (pattern: readonly string[], segments: readonly string[]): boolean =>
  pattern.length === segments.length && pattern.every((part, at) => (isParam(part) ? segments[at] !== '' : part === segments[at]));

const freedom = ({ segments }: Route): number => segments.filter(isParam).length;

const readParams = (pattern: readonly string[], segments: readonly string[]): Record<string, string> =>
  Object.fromEntries(pattern.flatMap((part, at) => (isParam(part) ? [[part.slice(1, -1), decode(segments[at] ?? '')]] : [])));

/** A path that is not well encoded names nothing, so it is taken as it came. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
