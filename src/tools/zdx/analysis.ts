import { count, id, optional, tool } from '../define.ts';
import { asWritten, zdx } from './product.ts';

const analysis = { analysis_id: id('ID of the analysis, as zdx_start_analysis returned it.') };

export default [
  tool(zdx, 'get_analysis', {
    toolset: 'zdx_troubleshooting',
    action: 'read',
    about: 'Get the state of an analysis and, once it is done, what it found: issue, confidence, message and times.',
    input: analysis,
    call: 'GET /analysis/{analysis_id}',
  }),
  tool(zdx, 'start_analysis', {
    toolset: 'zdx_troubleshooting',
    action: 'create',
    about:
      'Let the cloud analyse why an application was slow on a device in a span of time. Returns an ID for zdx_get_analysis; the result takes some minutes.',
    input: asWritten({
      device_id: id('ID of the device, as zdx_list_devices shows it.'),
      app_id: count('ID of the application, as zdx_list_applications shows it.'),
      t0: optional(count('Beginning of the span, in seconds since 1970.')),
      t1: optional(count('End of the span, in seconds since 1970.')),
    }),
    call: 'POST /analysis',
  }),
  tool(zdx, 'delete_analysis', {
    toolset: 'zdx_troubleshooting',
    action: 'delete',
    about: 'Stop an analysis that is going on, or delete the result of one that is done.',
    input: analysis,
    shownBy: 'zdx_get_analysis',
    done: ({ analysis_id: analysisId }) => `The analysis ${String(analysisId)} was deleted.`,
    call: 'DELETE /analysis/{analysis_id}',
  }),
];
