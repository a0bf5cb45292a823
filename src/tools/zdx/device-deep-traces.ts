import { tool } from '../define.ts';
import { device, trace } from './lookup.ts';
import { zdx } from './product.ts';

export default [
  tool(zdx, 'list_device_deep_traces', {
    toolset: 'zdx_troubleshooting',
    action: 'read',
    about: 'List the deep traces of a device with their state and times. Use it to find the trace_id of the tools that read results.',
    input: device,
    call: 'GET /devices/{device_id}/deeptraces',
    returns: 'page',
  }),
  tool(zdx, 'get_device_deep_trace', {
    toolset: 'zdx_troubleshooting',
    action: 'read',
    about: 'Get one deep trace of a device: what it watches, its state, when it began and when it should end.',
    input: trace,
    call: 'GET /devices/{device_id}/deeptraces/{trace_id}',
  }),
];
