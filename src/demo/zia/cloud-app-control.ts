/** `/webApplicationRules`: one policy per class of applications. */
import { ok } from '../answer.ts';
import { fieldsOf, type Fields, type Item } from '../collection.ts';
import type { Routes } from '../router.ts';
import type { World } from '../world.ts';
import { invalidBody } from './family.ts';
import { openRules } from './rules.ts';
import { adminOf } from './seed.ts';

/** Application classes and the actions users may take in them. */
const CLASSES: Readonly<Record<string, readonly string[]>> = {
  WEBMAIL: ['WEBMAIL_VIEW', 'WEBMAIL_ATTACHMENT_SEND', 'WEBMAIL_SEND'],
  FILE_SHARE: ['FILE_SHARE_VIEW', 'FILE_SHARE_UPLOAD', 'FILE_SHARE_DOWNLOAD'],
  STREAMING_MEDIA: ['STREAMING_VIEW_LISTEN', 'STREAMING_UPLOAD'],
  AI_ML: ['AI_ML_WEB_USE', 'AI_ML_UPLOAD'],
};

const usual: Fields = {
  enforceTimeValidity: false,
  cascadingEnabled: false,
  promptCaptureEnabled: false,
  eunEnabled: false,
  eunTemplateId: 0,
  browserEunTemplateId: 0,
  predefined: false,
};

/** Recorded: the answer to a write lacks the templates. */
const writtenAs: Fields = { eunTemplateId: undefined, browserEunTemplateId: undefined };

const SEED: Readonly<Record<string, Fields>> = {
  WEBMAIL: {
    name: 'Read Private Mail',
    description: 'Reading yes, sending no',
    applications: ['GULLMAIL'],
    actions: ['ALLOW_WEBMAIL_VIEW', 'DENY_WEBMAIL_SEND'],
  },
  FILE_SHARE: { name: 'No Uploads', applications: ['CARGOBOX', 'DRIFTSHARE'], actions: ['DENY_FILE_SHARE_UPLOAD'] },
};

export function cloudAppControl(world: World, stage: () => void): Routes {
  return Object.assign({}, ...Object.keys(CLASSES).map((type, at) => oneClass(world, stage, type, at))) as Routes;
}

function oneClass(world: World, stage: () => void, type: string, at: number): Routes {
  const path = `/webApplicationRules/${type}`;
  const firstId = 1_691_001 + at * 100;
  const seed = (): Item[] =>
    SEED[type]
      ? [
          {
            id: firstId,
            type,
            order: 1,
            rank: 7,
            state: 'ENABLED',
            accessControl: 'READ_WRITE',
            lastModifiedTime: 1_772_370_000,
            lastModifiedBy: adminOf('mara'),
            ...SEED[type],
          },
        ]
      : [];
  const { routes } = openRules(
    world,
    stage,
    { path, noun: 'cloud app control rule', action: 'actions', usual: { ...usual, type }, writtenAs, firstId, seed },
    {},
  );
  return {
    ...routes,
    [`POST ${path}/availableActions`]: ({ body }) =>
      Array.isArray(fieldsOf(body)?.['cloudApps'])
        ? ok(['ALLOW', 'DENY'].flatMap((verb) => CLASSES[type]!.map((what) => `${verb}_${what}`)))
        : invalidBody,
  };
}
