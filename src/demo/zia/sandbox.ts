/** The sandbox: quota, blocked hashes and one report. */
import { ok, ziaError } from '../answer.ts';
import type { Fields } from '../collection.ts';
import type { Routes } from '../router.ts';
import type { World } from '../world.ts';

const ALLOWED = 3_000;
const HASHES_MAX = 10_000;

/** Hashes of files that do not exist; the hash of the report below is one of them. */
const BLOCKED: readonly Fields[] = [
  { url: '6a0d0c1e5b7f4a2390d1c8e7f6b5a493', urlComment: 'Stowage plan with a surprise', type: 'CUSTOM_FILEHASH_DENY' },
  { url: '0f1e2d3c4b5a69788796a5b4c3d2e1f0', urlComment: 'Invoice of a broker nobody knows', type: 'CUSTOM_FILEHASH_DENY' },
];

export function sandbox(world: World): Routes {
  let used = 0;
  world.keep({ reset: () => (used = 0), save: () => used, restore: (saved: number) => (used = saved) });
  return {
    'GET /sandbox/report/quota': () => ok([{ startTime: -1, used, allowed: ALLOWED, scale: 'DAYS', unused: ALLOWED - used }]),
    'GET /sandbox/report/{md5}': ({ params, query }) => {
      const md5 = params['md5'] ?? '';
      if (!/^[0-9a-f]{32}$/i.test(md5)) return ziaError(400, 'INVALID_INPUT_ARGUMENT', 'The MD5 hash must have 32 hexadecimal digits.');
      used += 1;
      const title = query.get('details') === 'full' ? 'Full Details' : 'Summary';
      return ok({ [title]: md5.toLowerCase() === BLOCKED[0]?.['url'] ? reportOf(md5, title) : notFound });
    },
    'GET /behavioralAnalysisAdvancedSettings': () => ok({ md5HashValueList: BLOCKED }),
    'GET /behavioralAnalysisAdvancedSettings/fileHashCount': () =>
      ok({ blockedFileHashesCount: BLOCKED.length, remainingFileHashes: HASHES_MAX - BLOCKED.length }),
  };
}

/** Recorded, word for word. */
const notFound: Fields = { Summary: { Status: 'CONTENT_NOTFOUND', Message: 'Content lookup failed.' } };

function reportOf(md5: string, title: string): Fields {
  const summary = {
    Summary: { Status: 'COMPLETED', Category: 'EXECS', FileType: 'EXE', StartTime: 1_772_500_000, Duration: 312_000 },
    Classification: { Type: 'MALICIOUS', Category: 'MALWARE_BOTNET', Score: 96, DetectedMalware: 'Demo.Stowaway' },
    FileProperties: { FileType: 'EXE', FileSize: 48_640, MD5: md5 },
  };
  const networking = [
    { Risk: 'HIGH', Signature: 'Speaks to a host that exists for one hour', SignatureSources: ['harbor-lantern.example'] },
  ];
  return title === 'Summary' ? summary : { ...summary, Networking: networking };
}
