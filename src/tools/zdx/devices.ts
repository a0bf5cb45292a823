import { id, onWire, optional, text, texts, tool } from '../define.ts';
import { asWritten, nextPage, places, since, zdx } from './product.ts';

export default [
  tool(zdx, 'list_devices', {
    toolset: 'zdx_reports',
    action: 'read',
    about:
      'List the devices that were active, with their IDs and the IDs of their users. Use it to find the device_id that probes, deep traces and analyses need.',
    input: {
      emails: optional(texts('E-mail addresses of users, whole.')),
      user_ids: onWire('userids', optional(texts('IDs of users, as zdx_list_application_users shows them.'))),
      ...asWritten({
        mac_address: optional(text('MAC address of the device.')),
        private_ipv4: optional(text('Private IPv4 address of the device.')),
      }),
      ...places,
      ...since,
      ...nextPage,
    },
    call: 'GET /devices',
    returns: 'page',
  }),
  tool(zdx, 'get_device', {
    toolset: 'zdx_reports',
    action: 'read',
    about:
      'Get one device by its ID: its hardware, its network interfaces, its operating system and the version of Client Connector on it.',
    input: { device_id: id('ID of the device, as zdx_list_devices shows it.'), ...places, ...since },
    call: 'GET /devices/{device_id}',
  }),
];
