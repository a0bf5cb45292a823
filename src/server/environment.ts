/** Says for a verdict where the environment of a configuration came from. */
import type { Environment, Problem, SourceFacts } from '../lifecycle/index.ts';
import { classifyEnvSource, describeEnvironment, obstacleTo, type EnvQuestion, type EnvSituation } from '../settings/index.ts';

/** The verdict's part on the environment: label, line, and what an operator must know. */
export function environmentOf(situation: EnvSituation, question: EnvQuestion): Environment {
  return { envSource: situation.envSource, line: describeEnvironment(situation, question), concern: concernOf(situation, question) };
}

function concernOf(situation: EnvSituation, { by }: EnvQuestion): Environment['concern'] {
  if (obstacleTo(situation, by)) return 'unreadable';
  if (situation.origin === 'stale') return 'unseen';
  return situation.envSource === 'missing' || situation.envSource === 'fresh-discovery' ? 'gone' : null;
}

/** Where the configuration in force came from; nothing is read again. */
export const environmentNow = (source: SourceFacts): Environment => environmentOf(classifyEnvSource(source).situation, { by: 'status' });

/** A problem of the file as a whole, as the reason why it is not read. */
export const asObstacle = ({ file, message, hint }: Problem): NonNullable<EnvSituation['obstacle']> => ({
  path: file ?? '',
  reason: message,
  remedy: hint,
});

/** Why a reload or restart may not read the file that is there; null when it may. */
export function refusalOf(situation: EnvSituation, kind: 'reload' | 'restart'): Problem | null {
  const obstacle = obstacleTo(situation, kind);
  return obstacle && { setting: null, file: obstacle.path, line: null, message: obstacle.reason, hint: obstacle.remedy };
}
