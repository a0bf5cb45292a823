import type { Answer } from './answer.ts';

/** One request, as a route receives it. */
export interface Visit {
  readonly method: string;
  readonly path: string;
  /** Values of the `{name}` segments of the route, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Parsed JSON body; `undefined` without one. */
  readonly body: unknown;
}

export type Handle = (visit: Visit) => Answer;

/** Handlers by method and path below the product's prefix: `'GET /ruleLabels/{id}'`. */
export type Routes = Readonly<Record<string, Handle>>;

/** One product: its path prefix, its routes and the shape of its errors. */
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

/** Finds the handler of a request; a literal segment takes precedence over a `{name}`, in any order. */
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

/** A badly encoded path matches nothing, so it is taken as it came. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
