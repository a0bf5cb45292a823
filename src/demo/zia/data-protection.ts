/** Web DLP rules, engines and dictionaries. */
import { ok, type Answer } from '../answer.ts';
import { includesText, type Collection, type Fields, type Item } from '../collection.ts';
import type { Routes } from '../router.ts';
import type { World } from '../world.ts';
import { ziaNotFound, ziaPage } from './family.ts';
import { openRules } from './rules.ts';
import { adminOf } from './seed.ts';

const seedDictionaries = (): Item[] => [
  {
    id: 61,
    name: 'Bills of Lading',
    description: 'Numbers of our own documents',
    custom: true,
    dictionaryType: 'PATTERNS_AND_PHRASES',
    patterns: [{ action: 'PATTERN_COUNT_TYPE_UNIQUE', pattern: 'HLF-\\d{8}' }],
    phrases: [],
  },
  {
    id: 62,
    name: 'CREDIT_CARDS',
    nameL10nTag: true,
    custom: false,
    dictionaryType: 'PATTERNS_AND_PHRASES',
    confidenceThreshold: 'CONFIDENCE_LEVEL_MEDIUM',
  },
  {
    id: 63,
    name: 'NAMES_NL',
    nameL10nTag: true,
    custom: false,
    dictionaryType: 'PATTERNS_AND_PHRASES',
    confidenceThreshold: 'CONFIDENCE_LEVEL_LOW',
  },
];

const seedEngines = (): Item[] => [
  { id: 1, name: 'Freight Papers', engineExpression: '((D61.S > 2))', customDlpEngine: true, description: 'More than two bills of lading' },
  // Predefined engines have their name in another field.
  { id: 2, predefinedEngineName: 'PCI', engineExpression: '((D62.S > 4))', customDlpEngine: false },
];

const usual: Fields = {
  fileTypes: [],
  fileTypeCategories: [],
  cloudApplications: [],
  minSize: 0,
  matchOnly: false,
  withoutContentInspection: false,
  inspectHttpGetEnabled: false,
  dlpDownloadScanEnabled: false,
  zccNotificationsEnabled: false,
  severity: 'RULE_SEVERITY_INFO',
  subRules: [],
  sourceIpGroups: [],
  eunTemplateId: 0,
  ucTemplateId: 0,
};

/** Recorded: the answer to a write lacks these. */
const writtenAs: Fields = {
  rank: undefined,
  eunTemplateId: undefined,
  ucTemplateId: undefined,
  fileTypeCategories: undefined,
  sourceIpGroups: undefined,
  subRules: undefined,
};

const seedRules = (): Item[] =>
  [
    {
      name: 'Keep Freight Papers In',
      action: 'BLOCK',
      protocols: ['HTTPS_RULE', 'HTTP_RULE'],
      severity: 'RULE_SEVERITY_HIGH',
      dlpEngines: [{ id: 1, name: 'Freight Papers' }],
    },
    {
      name: 'Watch Card Numbers',
      action: 'ALLOW',
      protocols: ['FTP_RULE', 'HTTPS_RULE'],
      severity: 'RULE_SEVERITY_MEDIUM',
      dlpEngines: [{ id: 2 }],
    },
  ].map((rule, at) => ({
    accessControl: 'READ_WRITE',
    id: 1_690_101 + at,
    order: at + 1,
    rank: 7,
    state: 'ENABLED',
    lastModifiedTime: 1_772_366_400 + at * 3_600,
    lastModifiedBy: adminOf('odo'),
    ...rule,
  }));

export function dataProtection(world: World, stage: () => void): Routes {
  const fixed = (seed: () => readonly Item[]): Collection => world.collection({ seed, newId: (count) => count });
  const engines = fixed(seedEngines);
  const policy = { path: '/webDlpRules', noun: 'web DLP rule', action: 'action', usual, writtenAs, firstId: 1_690_900, seed: seedRules };
  const { routes, items } = openRules(world, stage, policy, { dlpEngines: engines });
  return {
    ...routes,
    'GET /webDlpRules': (visit) => withoutParts(routes['GET /webDlpRules']!(visit)),
    'GET /webDlpRules/lite': ({ query }) => ok(ziaPage(items.all(), query).map(lite)),
    ...readOnly('/dlpEngines', 'DLP engine', engines),
    ...readOnly('/dlpDictionaries', 'DLP dictionary', fixed(seedDictionaries)),
  };
}

/** Recorded: the list does not show sub-rules, a single rule does. */
const withoutParts = (answer: Answer): Answer => ({
  ...answer,
  body: (answer.body as readonly Item[]).map(({ subRules: _parts, ...rule }) => rule),
});

const ONLY_WHOLE = [
  'order',
  'rank',
  'action',
  'protocols',
  'lastModifiedTime',
  'lastModifiedBy',
  'userRiskScoreLevels',
  'subRules',
  'eunTemplateId',
  'ucTemplateId',
];

/** Recorded: these are left out, and the severity is that of a new rule. */
const lite = (rule: Item): Fields => ({
  ...Object.fromEntries(Object.entries(rule).filter(([name]) => !ONLY_WHOLE.includes(name))),
  severity: usual['severity'],
});

const readOnly = (path: string, noun: string, items: Collection): Routes => ({
  [`GET ${path}`]: ({ query }) =>
    ok(
      ziaPage(
        items.all().filter(({ name }) => !query.has('search') || includesText(name, query.get('search') ?? '')),
        query,
      ),
    ),
  [`GET ${path}/lite`]: ({ query }) =>
    ok(ziaPage(items.all(), query).map(({ id, name, predefinedEngineName }) => ({ id, name: name ?? predefinedEngineName }))),
  [`GET ${path}/{id}`]: ({ params }) => {
    const item = items.get(params['id'] ?? '');
    return item ? ok(item) : ziaNotFound(noun, params['id']);
  },
});
