/** What people say, and what our tools call it. All in the singular and in small letters, as `search.ts` compares them. */
import type { Action } from '../tool.ts';

const words = (text: string): string[] => text.trim().split(/\s+/);

/** Say nothing about a tool. */
export const idle: ReadonlySet<string> = new Set(
  words(`a about an and all any are as at be been by can do doe for from had has have how i in into is it its me my need not of on
    or our please should so that the their them there these thi to us want was we were what when where which who whose why with you your`),
);

const read: readonly Action[] = ['read'];

/** What a verb wants to be done. A verb may also be a word of a name. */
export const verbs: Readonly<Record<string, readonly Action[]>> = {
  ...Object.fromEntries(
    words('list show get find search look lookup see view read check which who what why count').map((verb) => [verb, read]),
  ),
  ...Object.fromEntries(words('create add new make insert').map((verb) => [verb, ['create', 'update']])),
  ...Object.fromEntries(
    words('change update modify edit set rename enable disable block allow move activate').map((verb) => [verb, ['update', 'create']]),
  ),
  ...Object.fromEntries(words('delete remove drop destroy').map((verb) => [verb, ['delete', 'update']])),
  ...Object.fromEntries(words('start run trace analyse analyze').map((verb) => [verb, ['create']])),
};

/** Words that find the same tools. */
export const meanings: Readonly<Record<string, readonly string[]>> = {
  block: words('malicious deny url filtering firewall'),
  blacklist: words('malicious'),
  blocklist: words('malicious'),
  denylist: words('malicious'),
  allowlist: words('exception exempt'),
  whitelist: words('exception exempt'),
  bypass: words('exempt exception forwarding'),
  website: words('url web'),
  site: words('url location'),
  domain: words('url'),
  bad: words('experience score alert'),
  poor: words('experience score'),
  slow: words('experience score analysis'),
  latency: words('experience cloudpath probe'),
  performance: words('experience score'),
  laptop: words('device'),
  computer: words('device'),
  phone: words('device'),
  endpoint: words('device'),
  app: words('application'),
  connector: words('agent'),
  enroll: words('enrol provisioning'),
  onboard: words('enrol provisioning'),
  expire: words('end'),
  expiring: words('end'),
  decrypt: words('ssl decrypted'),
  decryption: words('ssl'),
  tls: words('ssl'),
  https: words('ssl'),
  malware: words('atp sandbox'),
  virus: words('malware'),
  phishing: words('atp threat'),
  vpn: words('gre ipsec tunnel'),
  ipsec: words('vpn'),
  person: words('user'),
  people: words('user'),
  employee: words('user'),
  member: words('user'),
  admin: words('administrator'),
  password: words('otp credential'),
  leak: words('dlp'),
  confidential: words('dlp'),
  sensitive: words('dlp'),
  vulnerability: words('finding'),
  exposure: words('finding'),
  risk: words('finding incident'),
  typosquatting: words('lookalike'),
  saas: words('casb cloud'),
  container: words('pod resource'),
  workload: words('resource'),
  segmentation: words('microsegmentation'),
  publish: words('activate'),
  commit: words('activate'),
  deploy: words('activate'),
  apply: words('activate'),
  pending: words('staged'),
  access: words('policy'),
  permission: words('role access policy'),
  rdp: words('pra privileged'),
  ssh: words('pra privileged'),
  mobile: words('cellular sim'),
};
