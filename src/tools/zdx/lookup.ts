/** Inputs that name a device and a deep trace. */
import { id } from '../define.ts';

export const device = { device_id: id('ID of the device, as zdx_list_devices shows it.') };
export const trace = { ...device, trace_id: id('ID of the deep trace, as zdx_list_device_deep_traces shows it.') };
