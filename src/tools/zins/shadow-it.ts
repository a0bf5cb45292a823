import { query } from '../define.ts';
import { report, span, tell, windowOf, zins } from './product.ts';

const toolset = 'zins_shadow_it';
const counted = '{ obfuscated entries { name total } }';
const countedTwice = '{ obfuscated entries { name total entries { name total } } }';
const byCategory = ['app', 'user_count', 'upload_bytes', 'download_bytes', 'total_bytes'].map(
  (what) => `group_by_app_cat_for_${what} ${countedTwice}`,
);
const byOther = ['risk_index', 'provisioning_status', 'access'].map((what) => `group_by_${what}_for_app ${counted}`);

export default [
  report('get_shadow_it_apps', {
    toolset,
    about: 'List the cloud applications that people use, sanctioned or not: category, risk, data up and down, users and last access.',
    operation: 'ShadowITApps',
    domain: 'SHADOW_IT',
    field: 'apps',
    isPlain: true,
    select:
      'application application_category sanctioned_state risk_index computed_risk_index custom_risk_index vulnerability undiscovered integration data_consumed data_uploaded data_downloaded authenticated_users unAuthenticated_location_count last_access_time',
  }),
  query(zins, 'get_shadow_it_summary', {
    toolset,
    about: 'Sum up the use of cloud applications: number and bytes, then by category, risk, access and whether they are provisioned.',
    input: span(true),
    document: `query ShadowITSummary($startTime: Long!, $endTime: Long!) { SHADOW_IT { shadow_it_summary(start_time: $startTime, end_time: $endTime) { total_apps total_bytes total_upload_bytes total_download_bytes ${[...byCategory, ...byOther].join(' ')} } } }`,
    answer: 'SHADOW_IT.shadow_it_summary',
    variables: windowOf,
    tell,
  }),
];
