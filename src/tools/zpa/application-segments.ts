/** Application segments, plain and with browser or privileged access: one API collection offered under three nouns. */
import { advanced, collection, flag, id, record, records, text, texts, type Fields } from '../define.ts';
import { described, filters, refs, zpa } from './product.ts';
import { composeSegment, ports, type AppKind } from './segment-body.ts';

const replaces = 'In an update the list replaces the present one.';

const fields = {
  name: text('Name of the segment; no two share one.', { min: 1 }),
  segment_group_id: id('ID of the segment group it belongs to, as zpa_list_segment_groups shows it.'),
  domain_names: texts(`Domain names, wildcards such as *.corp.example, or IP addresses of the application. ${replaces}`),
  server_group_ids: refs('serverGroups', `IDs of the server groups that serve it, as zpa_list_server_groups shows them. ${replaces}`),
  tcp_port_ranges: ports('TCP'),
  udp_port_ranges: ports('UDP'),
  ...described,
  enabled: flag('Whether the application can be reached.'),
  advanced: advanced(
    'Any other field of the record, in snake_case or as the API names it: bypass_type, health_reporting, icmp_access_type, double_encrypt, is_cname_enabled, ip_anchored, tcp_keep_alive, match_style, tcp_port_range ([{"from": "80", "to": "443"}]), common_apps_dto.',
  ),
};

interface Kind {
  readonly suffix: '' | '_ba' | '_pra';
  readonly title: string;
  readonly about: string;
  readonly kind?: AppKind;
  readonly more?: Fields;
}

const segments = ({ suffix, title, about, kind, more }: Kind) =>
  collection(zpa, {
    noun: `application_segment${suffix}`,
    plural: `application_segments${suffix}`,
    title,
    toolset: 'zpa_app_segments',
    path: '/application',
    id: 'segment_id',
    about,
    filters,
    fields: { ...fields, ...more },
    required: ['name', 'segment_group_id'],
    initially: { enabled: true },
    compose: composeSegment(kind),
    bewareOfCreating: 'It needs at least one port range, and server groups to be reached through.',
    bewareOfDeleting: 'Users lose access to its domains.',
  });

export default [
  ...segments({
    suffix: '',
    title: 'application segment',
    about: 'An application segment says which domains and ports are one application, and which server groups serve it.',
  }),
  ...segments({
    suffix: '_ba',
    title: 'browser access segment',
    kind: 'BROWSER_ACCESS',
    about:
      'Users reach such an application segment with a browser alone. Lists hold all segments; those with clientlessApps are of this kind.',
    more: {
      clientless_app_ids: records(
        `Web applications of the segment, each with name, domain, application_protocol (HTTP, HTTPS), application_port and certificate_id. ${replaces}`,
        'A web application.',
      ),
    },
  }),
  ...segments({
    suffix: '_pra',
    title: 'privileged access segment',
    kind: 'SECURE_REMOTE_ACCESS',
    about:
      'Such an application segment has consoles (RDP, SSH, VNC) for privileged remote access. Lists hold all segments; those with praApps are of this kind.',
    more: {
      common_apps_dto: record(
        'Consoles as {"apps_config": [...]}, each with name, domain, application_protocol (RDP, SSH, VNC) and application_port. In an update, consoles whose domain is left out are deleted.',
      ),
    },
  }),
];
