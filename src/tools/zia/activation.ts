import { tool } from '../define.ts';
import { zia } from './product.ts';

export default [
  tool(zia, 'get_activation_status', {
    toolset: 'zia_admin',
    action: 'read',
    about:
      'Tell whether changes to the ZIA configuration are staged. Returns a status: ACTIVE when nothing waits, PENDING when changes wait for zia_activate_configuration, INPROGRESS while they are being activated.',
    call: 'GET /status',
  }),
  tool(zia, 'activate_configuration', {
    toolset: 'zia_admin',
    action: 'update',
    about:
      'Activate every staged change of the ZIA configuration, those of other administrators included. Call it once after a series of changes. Returns the status, ACTIVE when it is done.',
    isAtOnce: true,
    call: 'POST /status/activate',
  }),
];
