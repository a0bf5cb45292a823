import { ZscalerMcpError } from '../../common/errors.ts';
import { encoded, oneOf, optional, text, tool } from '../define.ts';
import { paging, zcc } from './product.ts';

/** The API's numbers for operating systems. */
const systems = { ios: 1, android: 2, windows: 3, macos: 4, linux: 5 } as const;

export default [
  tool(zcc, 'list_devices', {
    toolset: 'zcc_devices',
    action: 'read',
    about:
      'List the devices enrolled with Client Connector: owner, operating system, version of the client, policy, registration and VPN state, last contact. Use it to find the udid of a device.',
    input: {
      username: optional(text('Login name of the owner, usually an e-mail address, whole.')),
      os_type: optional(encoded(oneOf(['ios', 'android', 'windows', 'macos', 'linux'], 'Operating system of the device.'), osNumber)),
      ...paging,
    },
    call: 'GET /getDevices',
    returns: 'page',
  }),
  tool(zcc, 'get_device_otp', {
    toolset: 'zcc_devices',
    action: 'read',
    about:
      'Get the one-time passwords with which the user of one device may log out of, disable, exit or uninstall Client Connector. They are secrets: give them only to whoever looks after that device, and keep no copy.',
    input: {
      udid: optional(text('The udid of the device, as zcc_list_devices shows it.', { min: 1 })),
      device_id: optional(text('Another name for udid; it is used where udid is not given.', { min: 1 })),
    },
    run: (call, { udid, device_id: deviceId }) => {
      const device = udid ?? deviceId;
      if (device !== undefined) return call('GET /getOtp', { query: { udid: device } });
      throw new ZscalerMcpError('ERR_TOOL_INPUT', 'zcc_get_device_otp was given no device', {
        hint: 'Give the udid of the device; zcc_list_devices shows it.',
      });
    },
  }),
];

function osNumber(name: keyof typeof systems): number {
  return systems[name];
}
