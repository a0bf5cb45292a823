import { ZscalerMcpError } from '../common/errors.ts';

/** A command line that is not understood. Neither text may hold anything that was typed: it may be a secret in the wrong place. */
export const usageError = (message: string, hint = '', page = ''): ZscalerMcpError =>
  new ZscalerMcpError('ERR_USAGE', message, { hint: `${hint} See zscaler-mcp ${page === '' ? '' : `${page} `}--help.`.trimStart() });
