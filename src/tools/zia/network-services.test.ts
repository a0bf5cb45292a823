import { describe, expect, it } from 'vitest';
import type { Call } from '../define.ts';
import { policies } from './policies-index.ts';

const tool = (name: string) => policies.find((candidate) => candidate.name === name)!;

async function sentBy(name: string, input: Record<string, unknown>, current?: unknown): Promise<unknown> {
  let last: unknown;
  const call: Call = (_, { body, query } = {}) => {
    last = body ?? query;
    return Promise.resolve(current ?? []);
  };
  await tool(name).run(call, tool(name).parse(input));
  return last;
}

describe('ports of a network service', () => {
  it('become four lists', async () => {
    const ports = [
      ['dest', 'tcp', '443'],
      ['dest', 'TCP', 8000, 8010],
      ['src', 'udp', '5000', '5000'],
    ];
    expect(await sentBy('zia_create_network_service', { name: 'Crane', ports })).toEqual({
      name: 'Crane',
      destTcpPorts: [{ start: 443 }, { start: 8_000, end: 8_010 }],
      srcUdpPorts: [{ start: 5_000, end: 5_000 }],
    });
  });

  it.each([
    [[]],
    [['dest']],
    [[['dest', 'tcp']]],
    [[['both', 'tcp', '1']]],
    [[['dest', 'icmp', '1']]],
    [[['dest', 'tcp', '0']]],
    [[['dest', 'tcp', '65536']]],
    [[['dest', 'tcp', '9', '8']]],
    [[['dest', 'tcp', '9', '']]],
    [[['dest', 'tcp', '1', '2', '3']]],
  ])('are refused as %j', (ports) => {
    expect(() => tool('zia_create_network_service').parse({ name: 'Crane', ports })).toThrow(/ports must be rows such as/);
  });

  it('go as a whole when they are changed, and stay when they are not', async () => {
    const current = { id: 1, name: 'Crane', tag: 'x', srcTcpPorts: [{ start: 1 }], destUdpPorts: [{ start: 2 }] };
    expect(await sentBy('zia_update_network_service', { service_id: '1', ports: [['dest', 'udp', '3']] }, current)).toEqual({
      id: 1,
      name: 'Crane',
      tag: 'x',
      destUdpPorts: [{ start: 3 }],
    });
    expect(await sentBy('zia_update_network_service', { service_id: '1', name: 'Winch' }, current)).toEqual({ ...current, name: 'Winch' });
  });
});

describe('a list of network services', () => {
  it('is narrowed by the API and then by name', async () => {
    const rows = [{ name: 'DNS' }, { name: 'LDAP' }];
    expect(await sentBy('zia_list_network_services', { name: 'dns', search: 'd', protocol: 'udp' }, rows)).toEqual({
      search: 'd',
      protocol: 'UDP',
    });
    const call: Call = () => Promise.resolve(rows);
    expect(await tool('zia_list_network_services').run(call, { name: 'dns' })).toMatchObject({ items: [{ name: 'DNS' }] });
  });

  it('knows six protocols', () => {
    expect(() => tool('zia_list_network_services').parse({ protocol: 'IPX' })).toThrow(/protocol must be one of ICMP, TCP/);
  });
});

describe('IDs of services in a group', () => {
  it('are numbers on the wire, of any size', async () => {
    expect(await sentBy('zia_create_network_svc_group', { name: 'G', service_ids: ['1', '216196257331285825'] })).toEqual({
      name: 'G',
      services: [{ id: 1 }, { id: 216_196_257_331_285_825n }],
    });
    expect(() => tool('zia_create_network_svc_group').parse({ name: 'G', service_ids: ['DNS'] })).toThrow(
      /service_ids must be a list of IDs/,
    );
  });
});
