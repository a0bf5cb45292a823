/** Connectors and service edges that enrolled with a provisioning key: no create tool; deleted singly or in bulk. */
import { ZscalerMcpError } from '../../common/errors.ts';
import { collection, flag, text, texts, tool, type Call } from '../define.ts';
import { described, filters, inMicrotenant, microtenantId, zpa, zpaTenant } from './product.ts';

interface Kind {
  readonly noun: 'app_connector' | 'service_edge';
  readonly toolset: 'zpa_connectors' | 'zpa_service_edge_groups';
  readonly path: 'connector' | 'serviceEdge';
  readonly id: 'connector_id' | 'service_edge_id';
  readonly about: string;
  readonly enabled: string;
}

export function enrolled({ noun, toolset, path, id, about, enabled }: Kind) {
  const title = noun.replace('_', ' ');
  const ids = `${id}s`;
  return [
    ...collection(zpa, {
      noun,
      toolset,
      path: `/${path}`,
      id,
      only: ['list', 'get', 'update', 'delete'],
      about,
      filters,
      fields: { name: text(`Name of the ${title}.`, { min: 1 }), ...described, enabled: flag(enabled) },
      bewareOfDeleting: 'It has to be enrolled anew to come back.',
    }),
    tool(zpaTenant, `bulk_delete_${noun}s`, {
      toolset,
      action: 'delete',
      about: `Delete several ${title}s with one request, for good. Returns a confirmation. Each has to be enrolled anew to come back.`,
      shownBy: `zpa_get_${noun}`,
      input: { [ids]: texts(`IDs of the ${title}s, as zpa_list_${noun}s shows them.`), microtenant_id: microtenantId },
      done: () => `The ${title}s were deleted.`,
      run: (call, { microtenant_id: microtenant, ...input }) =>
        deleteMany(call, path, ids, input[ids] as readonly string[], microtenant as string | undefined),
    }),
  ];
}

/** @throws ZscalerMcpError ERR_TOOL_INPUT for an empty list, since the API's behaviour with one is unknown */
async function deleteMany(call: Call, path: Kind['path'], name: string, ids: readonly string[], microtenant?: string): Promise<unknown> {
  if (ids.length === 0)
    throw new ZscalerMcpError('ERR_TOOL_INPUT', `${name} must hold at least one ID, got an empty list`, {
      hint: 'List the records to find the IDs.',
    });
  return call(`POST /${path}/bulkDelete`, { ...inMicrotenant({ microtenant_id: microtenant }), body: { ids } });
}
