/** Connects a tool to the client of the cloud: its routes become whole paths. */
import { ZscalerMcpError } from '../common/errors.ts';
import { pathPart, type Call, type ConfiguredName, type Parts, type Route } from './request.ts';
import type { Tool } from './tool.ts';

/** What sends a request; the client of the cloud has this shape. */
export type Send = (request: {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  readonly isRead?: boolean;
}) => Promise<unknown>;

/** The parts of paths that come from the configuration. */
export type CloudIds = { readonly [Name in ConfiguredName]?: string };

const settingOf: Readonly<Record<ConfiguredName, string>> = { customerId: 'ZSCALER_CUSTOMER_ID', zcellCustomerId: 'ZCELL_CUSTOMER_ID' };

/**
 * The function through which one call of a tool sends its requests: completes paths with the base of the product and with IDs from the
 * configuration.
 * @param signal aborts the requests
 * @returns throws ZscalerMcpError ERR_CLOUD_CONFIG when a path needs an ID that is not configured, and what `send` throws
 */
export function bindCall(tool: Tool, send: Send, ids: CloudIds, signal?: AbortSignal): Call {
  return async (route, { query, body, graphql } = {}) => {
    const { method, path } = split(route, tool);
    const whole = path.replace(/\{(customerId|zcellCustomerId)\}/g, (_, name: ConfiguredName) => configured(name, ids, tool));
    if (whole.includes('{'))
      throw new ZscalerMcpError('ERR_TOOL_INPUT', `${tool.name} left a gap in its path ${whole}`, {
        hint: 'This is a fault of the tool; please report it.',
      });
    return send({ method, path: whole, query, body: graphql ? ask(graphql, ids, tool) : body, signal, isRead: tool.action === 'read' });
  };
}

/** The body of a GraphQL request over HTTP. */
function ask({ document, variables }: NonNullable<Parts['graphql']>, ids: CloudIds, tool: Tool): unknown {
  const customer = /\$customerId\b/.test(document) ? { customerId: configured('customerId', ids, tool) } : {};
  return { query: document, variables: { ...customer, ...variables } };
}

function split(route: Route, { api }: Tool): { method: string; path: string } {
  const [method = '', path = ''] = route.split(' ', 2);
  return { method, path: path.startsWith(`${api.root}/`) ? path : api.base + path };
}

function configured(name: ConfiguredName, ids: CloudIds, { name: tool }: Tool): string {
  const id = ids[name];
  if (id) return pathPart(id, settingOf[name]);
  throw new ZscalerMcpError('ERR_CLOUD_CONFIG', `${tool} needs the customer ID, and none is configured`, {
    hint: `Set ${settingOf[name]} and reload; the credentials are not at fault.`,
  });
}
