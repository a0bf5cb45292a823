import { ZscalerMcpError } from '../../common/errors.ts';
import { countryCodes } from '../countries.ts';
import { collection, oneOf, optional, text, texts, tool, type Call } from '../define.ts';
import { ztw } from './product.ts';

const types = ['DSTN_IP', 'DSTN_FQDN', 'DSTN_DOMAIN', 'DSTN_OTHER'] as const;
const excludeType = optional(oneOf(types, 'Type of group to leave out.'));
const fields = {
  name: text('Name of the group; no two share one.', { min: 1 }),
  type: oneOf(types, 'What the group holds: addresses, host names, wildcard domains, or (DSTN_OTHER) countries.'),
  description: optional(text('Admin description.')),
  addresses: optional(texts('Addresses, host names or domains, as the type says.')),
  countries: optional(texts('Countries, for DSTN_OTHER alone: a code of two letters (DE), COUNTRY_DE, or the English name.')),
};

export default [
  ...collection(ztw, {
    noun: 'ip_destination_group',
    title: 'IP destination group',
    toolset: 'ztw',
    path: '/ipDestinationGroups',
    id: 'group_id',
    about: 'An IP destination group bundles places that traffic goes to: addresses, host names, domains or countries.',
    filters: { exclude_type: excludeType },
    fields: {},
    only: ['list', 'delete'],
    bewareOfDeleting: 'It fails while a rule refers to the group.',
  }),
  tool(ztw, 'list_ip_destination_groups_lite', {
    toolset: 'ztw',
    action: 'read',
    about: 'List IP destination groups with their IDs, names and types alone. Faster than ztw_list_ip_destination_groups.',
    input: { exclude_type: excludeType },
    call: 'GET /ipDestinationGroups/lite',
    returns: 'page',
  }),
  tool(ztw, 'create_ip_destination_group', {
    toolset: 'ztw',
    action: 'create',
    about: `Create an IP destination group and return it with its new ID. Rules of Cloud & Branch Connectors refer to it. ${ztw.afterChange}`,
    input: fields,
    run: createGroup,
  }),
];

function createGroup(call: Call, { countries, ...group }: { type: string; countries?: readonly string[] }): Promise<unknown> {
  if (countries === undefined) return call('POST /ipDestinationGroups', { body: group });
  if (group.type !== 'DSTN_OTHER')
    throw new ZscalerMcpError('ERR_TOOL_INPUT', `countries were given for a group of the type ${group.type}`, {
      hint: 'Countries belong to groups of the type DSTN_OTHER; give addresses for any other.',
    });
  return call('POST /ipDestinationGroups', { body: { ...group, countries: countryCodes(countries) } });
}
