import { query } from '../define.ts';
import { limit, zins } from './product.ts';

export default [
  query(zins, 'get_iot_device_stats', {
    toolset: 'zins_iot',
    about:
      'Count the devices that were discovered: all, of users, of the Internet of Things, servers and unknown ones, then by classification.',
    input: limit,
    document:
      'query IoTDeviceStats($limit: Int) { IOT { device_stats { devices_count user_devices_count iot_devices_count server_devices_count un_classified_devices_count entries(limit: $limit) { category classifications classification_uuid total } } } }',
    answer: 'IOT.device_stats',
  }),
];
