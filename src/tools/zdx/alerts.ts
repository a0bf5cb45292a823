import { count, counts, id, optional, tool } from '../define.ts';
import { asWritten, nextPage, places, sinceAlert, zdx } from './product.ts';

const alert = { alert_id: id('ID of the alert, as zdx_list_alerts or zdx_list_historical_alerts shows it.') };
const filters = {
  ...places,
  ...sinceAlert,
  ...nextPage,
  limit: optional(count('Rows on a page.', { min: 1 })),
};

export default [
  tool(zdx, 'list_alerts', {
    toolset: 'zdx_alerts',
    action: 'read',
    about: 'List the alerts that are going on: rule, severity, application, and the departments, locations and places that are affected.',
    input: filters,
    call: 'GET /alerts/ongoing',
    returns: 'page',
  }),
  tool(zdx, 'list_historical_alerts', {
    toolset: 'zdx_alerts',
    action: 'read',
    about: 'List alerts that have ended, up to 14 days back. Those that are going on come from zdx_list_alerts.',
    input: filters,
    call: 'GET /alerts/historical',
    returns: 'page',
  }),
  tool(zdx, 'get_alert', {
    toolset: 'zdx_alerts',
    action: 'read',
    about: 'Get one alert by its ID, as the API returns it: rule, severity, application, who is affected, when it began and ended.',
    input: alert,
    call: 'GET /alerts/{alert_id}',
  }),
  tool(zdx, 'list_alert_affected_devices', {
    toolset: 'zdx_alerts',
    action: 'read',
    about: 'List the devices that an alert affects, with the names and e-mail addresses of their users.',
    input: { ...alert, ...asWritten({ location_groups: optional(counts('IDs of location groups.')) }), ...filters },
    call: 'GET /alerts/{alert_id}/affected_devices',
    returns: 'page',
  }),
];
