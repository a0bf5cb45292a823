/** Ending the process, whatever its threads wait for. */
import type { Launch } from './launch.ts';
import { loadNative } from './native.ts';

/**
 * Ends the process. `process.exit` waits for the thread pool, where a name lookup that is not answered takes ten seconds or
 * more, and a file on a network that is away for ever; without the FFI nothing else can be done.
 */
export function endProcess(launch: Pick<Launch, 'env'>, code: number): never {
  if (process.getActiveResourcesInfo().some((kind) => THREADED.test(kind))) loadNative(launch)?.exit(code);
  process.exit(code);
}

/** What Node.js calls work that a thread does: lookups of names, and files. */
const THREADED = /^(?:GetAddrInfo|GetNameInfo|FSReq|FileHandle)/;
