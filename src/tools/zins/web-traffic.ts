import { anyCase, flag, initially, oneOf, optional } from '../define.ts';
import { report, unit, unitArg } from './product.ts';

const trend = {
  include_trend: initially(flag('Whether to return how each entry went over time.'), false),
  trend_interval: optional(anyCase(oneOf(['DAY', 'HOUR'], 'Steps of the trend; needs include_trend.'))),
};
const trendArgs = { include_trend: ['includeTrend', 'Boolean'], trend_interval: ['trendInterval', 'TrendInterval'] } as const;
const select = 'name total trend { trend_start_time trend_interval trend_values }';
const engines = ['ANY', 'NONE', 'HIPAA', 'CYBER_BULLY_ENG', 'GLBA', 'PCI', 'OFFENSIVE_LANGUAGE', 'EXTERNAL'] as const;

export default [
  report('get_web_traffic_by_location', {
    toolset: 'zins_web_traffic',
    about: 'Measure traffic on the web by location, in requests or bytes, on request with its course over time.',
    operation: 'WebTrafficByLocation',
    domain: 'WEB_TRAFFIC',
    field: 'location',
    args: { ...unitArg, ...trendArgs },
    input: { ...unit, ...trend },
    select,
  }),
  report('get_web_traffic_no_grouping', {
    toolset: 'zins_web_traffic',
    about: 'Measure all traffic on the web, in requests or bytes, on request only what was allowed or blocked, or what a DLP engine found.',
    operation: 'WebTrafficNoGrouping',
    domain: 'WEB_TRAFFIC',
    field: 'no_grouping',
    args: {
      ...unitArg,
      dlp_engine_filter: ['dlpEngineFilter', 'DlpEngineFilter'],
      action_filter: ['actionFilter', 'ActionStatus'],
      ...trendArgs,
    },
    input: {
      ...unit,
      dlp_engine_filter: optional(anyCase(oneOf(engines, 'Only traffic in which this DLP engine found something.'))),
      action_filter: optional(anyCase(oneOf(['ALLOW', 'BLOCK'], 'Only traffic with which this was done.'))),
      ...trend,
    },
    select,
  }),
];
