/** Builds the image for all container tests, once per run. */
import { openEngine, repository, IMAGE } from './engine.ts';

const DOCKERFILE = `${repository}/deploy/docker/Dockerfile`;

export async function setup(): Promise<void> {
  const engine = await openEngine();
  if (typeof engine === 'string') {
    console.error(`container tests are skipped: ${engine}`);
    if (process.env['CI'] === 'true') throw new Error(engine);
    return;
  }
  await engine.must('build', '--quiet', '--file', DOCKERFILE, '--build-arg', 'REVISION=tested', '--tag', IMAGE, repository);
}
