import casb from './casb.ts';
import cyberIncidentsByLocation from './cyber-incidents-by-location.ts';
import cyberIncidents from './cyber-incidents.ts';
import firewall from './firewall.ts';
import iotDeviceStats from './iot-device-stats.ts';
import shadowIt from './shadow-it.ts';
import threat from './threat.ts';
import webProtocols from './web-protocols.ts';
import webTraffic from './web-traffic.ts';

export const zins = [
  ...cyberIncidents,
  ...cyberIncidentsByLocation,
  ...firewall,
  ...iotDeviceStats,
  ...casb,
  ...shadowIt,
  ...webTraffic,
  ...webProtocols,
  ...threat,
];
