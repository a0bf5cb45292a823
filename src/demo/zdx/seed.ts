/** Digital experience of the people at Harbor Lantern Freight. Every number is derived from its place in a list, so it is reproducible. */
import type { Fields, Item } from '../collection.ts';
import { seedUsers } from '../zidentity/seed.ts';

const named = (firstId: number, names: readonly string[]): Item[] => names.map((name, at) => ({ id: firstId + at, name }));

export const departments = named(58_755_601, ['Operations', 'Finance', 'Security', 'Warehouse', 'Crew']);
export const locations = named(58_755_701, ['Head Office', 'Warehouse North', 'Warehouse South', 'On Board']);
export const apps = named(101, ['Booking Platform', 'Cargo Tracking', 'Payroll', 'Telephone Exchange']);

const GEO: Fields = { id: '2.2747991.2759794', city: 'Rotterdam', region: 'South Holland', country: 'Netherlands', geo_type: 'city' };
export const geolocation: Fields = { id: GEO['id'], name: 'Rotterdam, Netherlands', num_devices: 7 };

export interface Person {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly department: number;
  readonly location: number;
  readonly device: Item;
}

export const people: () => Person[] = () =>
  seedUsers().map((user, at) => ({
    id: 24_328_801 + at,
    name: String(user['displayName']),
    email: String(user['loginName']),
    department: Number(departments[at % departments.length]?.id),
    location: Number(locations[at % locations.length]?.id),
    device: { id: 30_989_301 + at, name: `${String(user['displayName'])} (Lanternbook 14)`, userid: 24_328_801 + at },
  }));

/** From 0 to 100; telephony is poor for everybody. */
export const scoreOf = (app: Item, person: Person): number =>
  (Number(app.id) === 104 ? 20 : 50) + ((person.id * 7 + Number(app.id) * 13) % 47);

export const bucketOf = (score: number): string => (score <= 33 ? 'poor' : score <= 65 ? 'okay' : 'good');

export const deviceDetails = ({ id, name, email, device }: Person): Fields => ({
  id: device.id,
  name: device['name'],
  hardware: {
    hw_model: 'Lanternbook 14',
    hw_mfg: 'Wickwright',
    hw_type: 'Laptop',
    hw_serial: `HLF-${id}`,
    tot_mem: 16_384,
    num_cores: 8,
    disk_size: 512,
  },
  network: [
    {
      net_type: 'WiFi',
      status: 'up',
      ipv4: `10.20.${id % 200}.17`,
      gateway: `10.20.${id % 200}.1`,
      mac: `02:00:5e:20:00:${(id % 90) + 10}`,
      ssid: 'lantern',
    },
  ],
  software: {
    os_name: 'Windows',
    os_ver: '11 Enterprise',
    hostname: `HLF-${id}`,
    user: email.split('@')[0],
    client_conn_ver: '4.5.2.73',
    zdx_ver: '4.4.1.12',
    netbios: name,
  },
});

export const region: Fields = GEO;

const SOFTWARE: readonly (readonly [name: string, vendor: string, version: string])[] = [
  ['Lantern Mail', 'Wickwright', '11.2'],
  ['Cargo Viewer', 'Brassworks', '3.0.1'],
  ['Sea Charts', 'Fogbank', '2026.1'],
];

export const software = SOFTWARE.map(([name, vendor, version]) => ({
  key: name.toLowerCase().replaceAll(' ', ''),
  name,
  vendor,
  version,
}));
