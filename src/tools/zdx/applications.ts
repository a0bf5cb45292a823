import { id, oneOf, optional, tool } from '../define.ts';
import { asWritten, nextPage, places, since, zdx } from './product.ts';

const app = { app_id: id('ID of the application, as zdx_list_applications shows it.') };
const people = { ...places, ...since };

export default [
  tool(zdx, 'list_applications', {
    toolset: 'zdx_reports',
    action: 'read',
    about: 'List the applications whose experience is measured, with their score from 0 to 100, number of users and most affected region.',
    input: people,
    call: 'GET /apps',
    returns: 'page',
  }),
  tool(zdx, 'get_application', {
    toolset: 'zdx_reports',
    action: 'read',
    about: 'Get the score of one application, its most affected region, and how many users and devices see it as poor, okay or good.',
    input: { ...app, ...people },
    call: 'GET /apps/{app_id}',
  }),
  tool(zdx, 'get_application_score_trend', {
    toolset: 'zdx_reports',
    action: 'read',
    about:
      'Get how the score of one application went over time, as points of time (seconds since 1970) and value. Use it to find when something began.',
    input: { ...app, ...people },
    call: 'GET /apps/{app_id}/score',
  }),
  tool(zdx, 'get_application_metric', {
    toolset: 'zdx_reports',
    action: 'read',
    lists: true,
    about:
      'Get measurements of one application over time: page fetch time and DNS time in milliseconds, availability in percent. Use it to learn what a bad score comes from.',
    input: {
      ...app,
      ...asWritten({ metric_name: optional(oneOf(['pft', 'dns', 'availability'], 'Only this measurement; pft is the page fetch time.')) }),
      ...people,
    },
    call: 'GET /apps/{app_id}/metrics',
  }),
  tool(zdx, 'list_application_users', {
    toolset: 'zdx_reports',
    action: 'read',
    about: 'List the users of one application with their scores. Use score_bucket to see only those who suffer.',
    input: {
      ...app,
      ...asWritten({
        score_bucket: optional(oneOf(['poor', 'okay', 'good'], 'Only users whose score is poor (0-33), okay (34-65) or good (66-100).')),
      }),
      ...people,
      ...nextPage,
    },
    call: 'GET /apps/{app_id}/users',
    returns: 'page',
  }),
  tool(zdx, 'get_application_user', {
    toolset: 'zdx_reports',
    action: 'read',
    about: 'Get how one user experiences one application, with the devices and their scores.',
    input: { ...app, user_id: id('ID of the user, as zdx_list_application_users shows it.'), ...since },
    call: 'GET /apps/{app_id}/users/{user_id}',
  }),
];
