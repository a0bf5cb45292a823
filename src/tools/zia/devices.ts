import { flag, optional, text, texts, tool } from '../define.ts';
import { pages } from './pages.ts';
import { zia } from './product.ts';

const toolset = 'zia_devices';

export default [
  tool(zia, 'list_device_groups', {
    toolset,
    action: 'read',
    about:
      'List device groups with their operating systems; most are predefined, one for each system that Client Connector runs on. Policy rules refer to them by ID.',
    input: {
      include_device_info: optional(flag('Add the number of devices to each group.')),
      include_pseudo_groups: optional(flag('Add groups such as Cloud Browser Isolation that hold no devices of users.')),
    },
    call: 'GET /deviceGroups',
    returns: 'page',
  }),
  tool(zia, 'list_devices', {
    toolset,
    action: 'read',
    about: 'List the devices of users with model, operating system, host name and owner. Policy rules refer to them by ID.',
    input: {
      name: optional(text('Name of the device, or the beginning of it.')),
      user_ids: optional(texts('Only devices of these users: their IDs, as get_zia_users shows them.')),
      include_all: optional(flag('Add devices of users who were deleted.')),
      ...pages,
    },
    call: 'GET /deviceGroups/devices',
    returns: 'page',
  }),
  tool(zia, 'list_devices_lite', {
    toolset,
    action: 'read',
    about:
      'List the devices of users with ID, name and owner only: enough to find the ID that a policy rule takes, and much shorter than zia_list_devices.',
    call: 'GET /deviceGroups/devices/lite',
    returns: 'page',
  }),
];
