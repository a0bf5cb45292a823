import devices from './devices.ts';
import forwardingProfiles from './forwarding-profiles.ts';
import trustedNetworks from './trusted-networks.ts';

export const zcc = [...devices, ...forwardingProfiles, ...trustedNetworks];
