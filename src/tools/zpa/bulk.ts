/** Deletes several records of one kind with one request. */
import { ZscalerMcpError } from '../../errors.ts';
import type { Call } from '../define.ts';
import { inMicrotenant } from './product.ts';

/** @throws ZscalerMcpError ERR_TOOL_INPUT for an empty list: what the API makes of one is not known */
export async function deleteMany(
  call: Call,
  path: 'connector' | 'serviceEdge',
  name: string,
  ids: readonly string[],
  where: { readonly microtenant_id?: string },
): Promise<unknown> {
  if (ids.length === 0)
    throw new ZscalerMcpError('ERR_TOOL_INPUT', `${name} must hold at least one ID, got an empty list`, {
      hint: 'List the records to find the IDs.',
    });
  return call(`POST /${path}/bulkDelete`, { ...inMicrotenant(where), body: { ids } });
}
