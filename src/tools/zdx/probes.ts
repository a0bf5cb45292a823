import { id, tool } from '../define.ts';
import { device } from './lookup.ts';
import { since, zdx } from './product.ts';

const input = { ...device, app_id: id('ID of the application, as zdx_list_applications shows it.'), ...since };

export default [
  tool(zdx, 'list_cloudpath_probes', {
    toolset: 'zdx_troubleshooting',
    action: 'read',
    about:
      'List the probes that follow the network path from a device to an application, with average latencies. A deep trace needs the ID of one.',
    input,
    call: 'GET /devices/{device_id}/apps/{app_id}/cloudpath-probes',
    returns: 'page',
  }),
  tool(zdx, 'get_web_probes', {
    toolset: 'zdx_troubleshooting',
    action: 'read',
    about:
      'List the probes that fetch pages of an application from a device, with average score and page fetch time. A deep trace needs the ID of one.',
    input,
    call: 'GET /devices/{device_id}/apps/{app_id}/web-probes',
    returns: 'page',
  }),
];
