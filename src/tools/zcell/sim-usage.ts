import { count, optional, text, tool } from '../define.ts';
import { daysAsDates, zcell } from './product.ts';

export default [
  tool(zcell, 'list_sim_usage_by_country', {
    toolset: 'zcell_sim_analytics',
    action: 'read',
    about: 'List how much data SIMs used in each country in a span of days, most first.',
    input: { limit: optional(count('Countries to return.', { min: 1, max: 20 })), ...daysAsDates },
    call: 'GET /customers/{zcellCustomerId}/sim/analytics/usage/countries',
    returns: 'page',
  }),
  tool(zcell, 'list_sim_usage_by_day', {
    toolset: 'zcell_sim_analytics',
    action: 'read',
    about: 'List how much data SIMs used on each day of a span, all of them or one.',
    input: { icc_id: optional(text('ICCID of one SIM; without it, all of them.')), ...daysAsDates },
    call: 'GET /customers/{zcellCustomerId}/sim/analytics/usage/day',
    returns: 'page',
  }),
  tool(zcell, 'list_sim_usage_by_sim', {
    toolset: 'zcell_sim_analytics',
    action: 'read',
    about: 'List the SIMs that used most data in a span of days, with how much each used.',
    input: { limit: optional(count('SIMs to return.', { min: 1, max: 100 })), ...daysAsDates },
    call: 'GET /customers/{zcellCustomerId}/sim/analytics/usage/sims',
    returns: 'page',
  }),
];
