import { collection, flag, id, text, type Compose } from '../define.ts';
import { findEnrollmentCertificate } from './lookup.ts';
import { described, filters, placed, refs, upgraded, zpa } from './product.ts';

/** 0 and 2 are recorded, each with its name; 1 follows the public documentation of the Terraform provider. */
const PROFILES: Readonly<Record<string, string>> = { Default: '0', 'Previous Default': '1', 'New Release': '2' };

const DEFAULT_CERTIFICATE = 'Connector';

/** Fills in fields that the API expects in pairs, and for a new group the enrolment certificate of its connectors. */
const compose: Compose = async (call, { current, change }) => {
  const { versionProfile, enrollmentCertName, ...rest } = change;
  const isUnsaid = rest['enrollmentCertId'] === undefined && (enrollmentCertName !== undefined || current === undefined);
  return {
    ...current,
    ...rest,
    ...(isUnsaid && {
      enrollmentCertId: await findEnrollmentCertificate(
        call,
        typeof enrollmentCertName === 'string' ? enrollmentCertName : DEFAULT_CERTIFICATE,
      ),
    }),
    ...(typeof versionProfile === 'string' && profileOf(versionProfile)),
  };
};

function profileOf(profile: string): Record<string, string> {
  const name = Object.keys(PROFILES).find((known) => known === profile || PROFILES[known] === profile);
  if (name !== undefined) return { versionProfileName: name, versionProfileId: PROFILES[name]! };
  return /^\d+$/.test(profile) ? { versionProfileId: profile } : { versionProfileName: profile };
}

export default collection(zpa, {
  noun: 'app_connector_group',
  toolset: 'zpa_app_connector_groups',
  path: '/appConnectorGroup',
  id: 'group_id',
  about: 'An app connector group is the set of connectors at one place that reach the applications there.',
  filters,
  fields: {
    name: text('Name of the group; no two share one.', { min: 1 }),
    ...described,
    enabled: flag('Whether the connectors of the group carry traffic.'),
    ...placed,
    dns_query_type: text('Which addresses the connectors ask for: IPV4_IPV6, IPV4 or IPV6.', {
      pattern: /^(IPV4_IPV6|IPV4|IPV6)$/,
      like: 'one of IPV4_IPV6, IPV4, IPV6',
    }),
    override_version_profile: flag('Whether version_profile applies instead of the one of the tenant.'),
    server_group_ids: refs(
      'serverGroups',
      'IDs of the server groups reached through it, as zpa_list_server_groups shows them. In an update the list replaces the present one.',
    ),
    connector_ids: refs(
      'connectors',
      'IDs of its app connectors, as zpa_list_app_connectors shows them. In an update the list replaces the present one.',
    ),
    lss_app_connector_group: flag('Whether the group serves the log streaming service only.'),
    ...upgraded,
    version_profile: text('Software track of its connectors: Default, Previous Default, New Release, or the ID of a profile.', { min: 1 }),
    enrollment_cert_id: id('ID of the enrollment certificate, as get_zpa_enrollment_certificate shows it.'),
    enrollment_cert_name: text('Name of the enrollment certificate, instead of its ID; a new group gets Connector without either.', {
      min: 1,
    }),
  },
  required: ['name'],
  initially: { enabled: true },
  compose,
  bewareOfCreating: 'Give its latitude, longitude and location: the nearest service edges follow from them.',
  bewareOfDeleting: 'It fails while the group has connectors, or server groups or provisioning keys use it.',
});
