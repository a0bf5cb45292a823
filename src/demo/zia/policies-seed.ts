/** Initial policies of Harbor Lantern Freight. */
import type { Fields, Item } from '../collection.ts';
import type { Policy } from './rules.ts';
import { adminOf } from './seed.ts';

/** 2 March 2026, 09:00 UTC. */
const SECOND_DAY = 1_772_442_000;

/** A rule made by an administrator; `order` counts from 1. Default rules have no positive order. */
const rule = (id: number, order: number, name: string, description: string, fields: Fields): Item => ({
  id,
  accessControl: 'READ_WRITE',
  name,
  order,
  rank: 7,
  state: 'ENABLED',
  description,
  lastModifiedTime: SECOND_DAY + (id % 100),
  lastModifiedBy: adminOf('mara'),
  ...fields,
});

const lastRule = (id: number, name: string, fields: Fields): Item =>
  rule(id, -1, name, 'What no other rule decides', { defaultRule: true, ...fields });

const named = (...ids: number[]): Fields[] => ids.map((id) => ({ id }));

const METHODS = ['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'CONNECT', 'OTHER', 'PATCH'];

/** Recorded: URL filtering rules show these fields only on reads. */
const READ_ONLY: Fields = {
  cbiProfileId: 0,
  sourceIpGroups: [],
  browserEunTemplateId: 0,
  httpHeaderProfiles: [],
  httpHeaderActionProfiles: [],
};

export const POLICIES: readonly Policy[] = [
  {
    path: '/firewallFilteringRules',
    noun: 'firewall rule',
    action: 'action',
    usual: { enableFullLogging: false, excludeSrcCountries: false, predefined: false, defaultRule: false },
    firstId: 1_691_000,
    seed: () => [
      rule(1_690_001, 1, 'Cranes to Port Authority', 'Telemetry only', {
        action: 'ALLOW',
        enableFullLogging: true,
        srcIpGroups: named(10_610_001),
        destIpGroups: named(10_630_001),
        nwServices: named(10_650_001),
      }),
      rule(1_690_002, 2, 'Nothing to Sanctioned Places', 'Asked for by an auditor', {
        action: 'BLOCK_DROP',
        destIpGroups: named(10_630_004),
      }),
      rule(1_690_003, 3, 'Web for Back Office', 'Names and web', {
        action: 'ALLOW',
        srcIpGroups: named(10_610_002),
        nwServiceGroups: named(10_670_001),
      }),
      rule(1_690_004, 4, 'Remote Hands Trial', 'Out of force since the trial ended', {
        action: 'ALLOW',
        state: 'DISABLED',
        nwServiceGroups: named(10_670_002),
      }),
      lastRule(1_690_099, 'Default Firewall Filtering Rule', { action: 'BLOCK_DROP' }),
    ],
  },
  {
    path: '/firewallDnsRules',
    noun: 'DNS rule',
    action: 'action',
    usual: { capturePCAP: false, isEunEnabled: false, predefined: false, defaultRule: false },
    firstId: 1_692_000,
    seed: () => [
      rule(1_691_501, 1, 'No Tunnels over DNS', 'Names of known tunnels', { action: 'BLOCK', destIpCategories: ['DNS_TUNNEL'] }),
      rule(1_691_502, 2, 'Weighbridges to Own Resolver', 'They know no other', {
        action: 'REDIR_REQ',
        redirectIp: '10.20.0.53',
        srcIpGroups: named(10_610_003),
      }),
      lastRule(1_691_599, 'Default DNS Rule', { action: 'ALLOW' }),
    ],
  },
  {
    path: '/firewallIpsRules',
    noun: 'IPS rule',
    action: 'action',
    usual: {
      excludeContextShieldEndPoint: false,
      capturePCAP: false,
      destIpCategories: [],
      resCategories: [],
      destCountries: [],
      sourceCountries: [],
      isEunEnabled: false,
      eunTemplateId: 16,
      defaultRule: false,
      enableFullLogging: false,
    },
    writtenAs: { destIpCategories: ['ANY'], sourceCountries: undefined },
    firstId: 1_693_000,
    seed: () => [
      rule(1_692_501, 1, 'Cranes without Exploits', 'Reset, so that the controller recovers', {
        action: 'BLOCK_RESET',
        srcIpGroups: named(10_610_001),
      }),
      // Recorded: this default rule has order 0.
      { ...lastRule(1_692_599, 'Default Cloud IPS Rule', { action: 'BLOCK_DROP', enableFullLogging: true }), order: 0 },
    ],
  },
  {
    path: '/sslInspectionRules',
    noun: 'SSL inspection rule',
    action: 'action',
    isActionObject: true,
    usual: {
      endPointApplications: [],
      endPointApplicationGroups: [],
      roadWarriorForKerberos: false,
      predefined: false,
      defaultRule: false,
    },
    firstId: 1_694_000,
    seed: () => [
      rule(1_693_501, 1, 'Zscaler Recommended Exemptions', 'Made when the company was made', {
        action: passing(true),
        urlCategories: ['GLOBAL_INT_GBL_SSL_BYPASS'],
        predefined: true,
      }),
      rule(1_693_502, 2, 'Leave Health Alone', 'Asked for by the works council', {
        action: passing(false),
        urlCategories: ['HEALTH', 'FINANCE'],
        sourceIpGroups: named(10_610_002),
      }),
      rule(1_693_503, 3, 'Look into Chatbots', 'Data protection needs to see them', {
        action: decrypting,
        cloudApplications: ['PROMPT_HARBOR', 'TIDAL_MUSE'],
      }),
      lastRule(1_693_599, 'Default SSL_TLS Inspection Rule', { action: passing(false) }),
    ],
  },
  {
    path: '/fileTypeRules',
    noun: 'file type rule',
    action: 'filteringAction',
    usual: { capturePCAP: false, activeContent: false, unscannable: false, operation: 'DOWNLOAD' },
    firstId: 1_695_000,
    seed: () => [
      rule(1_694_501, 1, 'No Programs for Crew', 'Tablets on board get theirs from us', {
        filteringAction: 'BLOCK',
        fileTypes: ['FTCATEGORY_MS_EXE', 'FTCATEGORY_APK'],
        protocols: ['HTTPS_RULE', 'HTTP_RULE'],
        operation: 'DOWNLOAD',
      }),
      rule(1_694_502, 2, 'Think before Upload', 'Spreadsheets leave with a warning', {
        filteringAction: 'CAUTION',
        fileTypes: ['FTCATEGORY_MS_EXCEL'],
        protocols: ['HTTPS_RULE'],
        operation: 'UPLOAD',
      }),
    ],
  },
  {
    path: '/sandboxRules',
    noun: 'sandbox rule',
    action: 'baRuleAction',
    usual: { defaultRule: false, firstTimeEnable: false, mlActionEnabled: false, byThreatScore: 0 },
    firstId: 1_696_000,
    seed: () => [
      rule(1_695_501, 1, 'Hold Programs Back', 'Unknown programs wait for the verdict', {
        baRuleAction: 'BLOCK',
        firstTimeEnable: true,
        firstTimeOperation: 'QUARANTINE',
        fileTypes: ['FTCATEGORY_MS_EXE', 'FTCATEGORY_MS_MSI'],
        protocols: ['HTTPS_RULE', 'HTTP_RULE'],
        baPolicyCategories: ['ADWARE_BLOCK', 'BOTMAL_BLOCK'],
      }),
      lastRule(1_695_599, 'Default BA Rule', { baRuleAction: 'BLOCK', protocols: ['ANY_RULE'] }),
    ],
  },
  {
    path: '/urlFilteringRules',
    noun: 'URL filtering rule',
    action: 'action',
    usual: {
      excludeSrcCountries: false,
      requestMethods: METHODS,
      blockOverride: false,
      enforceTimeValidity: false,
      capturePCAP: false,
      usersAndGroupsSet: false,
      groupsAndDepartmentsSet: false,
      predefined: false,
      ...READ_ONLY,
    },
    writtenAs: Object.fromEntries(Object.keys(READ_ONLY).map((name) => [name, undefined])),
    firstId: 1_697_000,
    seed: () => [
      rule(1_696_501, 1, 'No Gambling', 'House rule', {
        action: 'BLOCK',
        urlCategories: ['GAMBLING', 'OTHER_ADULT_MATERIAL'],
        protocols: ['HTTPS_RULE', 'HTTP_RULE'],
        requestMethods: METHODS,
      }),
      rule(1_696_502, 2, 'Think before Streaming', 'Satellite links are slow', {
        action: 'CAUTION',
        urlCategories: ['STREAMING_MEDIA'],
        protocols: ['HTTPS_RULE', 'HTTP_RULE'],
        requestMethods: METHODS,
      }),
    ],
  },
];

function passing(bypassOtherPolicies: boolean): Fields {
  return {
    type: 'DO_NOT_DECRYPT',
    doNotDecryptSubActions: { bypassOtherPolicies, ocspCheck: false, blockSslTrafficWithNoSniEnabled: false },
    showEUN: false,
    showEUNATP: false,
    overrideDefaultCertificate: false,
  };
}

const decrypting: Fields = {
  type: 'DECRYPT',
  decryptSubActions: {
    serverCertificates: 'BLOCK',
    ocspCheck: true,
    blockSslTrafficWithNoSniEnabled: false,
    minClientTLSVersion: 'CLIENT_TLS_1_2',
    minServerTLSVersion: 'SERVER_TLS_1_2',
    blockUndecrypt: false,
    http2Enabled: true,
  },
  showEUN: true,
  showEUNATP: false,
  overrideDefaultCertificate: false,
};

export const seedSignatures = (): Item[] => [
  {
    id: 31_001,
    name: 'Crane controller without password',
    ruleText: 'alert tcp any any -> any 7400 (msg:"crane login without password"; content:"LOGIN -"; sid:1000001; rev:1;)',
    description: 'Seen once during maintenance',
    category: 'CUSTOM',
    enabled: true,
    deleted: false,
    ruleTextModTime: SECOND_DAY,
    dynamicValidationSubmitted: true,
    dynamicValidationRejected: false,
    dynamicValidationSucceeded: true,
    disabledFromZSCM: false,
  },
];

const fileType = (id: string, name: string, parent: string): Fields => ({ id: `FTCATEGORY_${id}`, name, parent });

export const FILE_TYPES: readonly Fields[] = [
  fileType('MS_EXE', 'Windows programs (exe)', 'EXECUTABLES'),
  fileType('MS_MSI', 'Windows installers (msi)', 'EXECUTABLES'),
  fileType('APK', 'Android programs (apk)', 'MOBILE'),
  fileType('MS_EXCEL', 'Excel workbooks', 'MS_OFFICE'),
  fileType('MS_WORD', 'Word documents', 'MS_OFFICE'),
  fileType('PDF_DOCUMENT', 'PDF documents', 'DOCUMENTS'),
  fileType('ZIP', 'ZIP archives', 'ARCHIVES'),
  { id: 'CUSTOM_HLF_STOWAGE', name: 'Stowage plans (hlf)', parent: 'CUSTOM_FILE_TYPES', custom: true },
];
