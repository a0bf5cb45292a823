import { profileTool } from './profiles.ts';

export default [
  profileTool(
    {
      noun: 'trusted_network',
      title: 'trusted network',
      path: '/network',
      about:
        'It tells whether a device is on a network of the company; policy conditions of the type TRUSTED_NETWORK name it by networkId.',
    },
    'network_id',
  ),
];
