/** Settings that name a file. They are compared by content, so a file that is renewed in place is a change. */
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { resolve } from 'node:path';
import { ZscalerMcpError } from '../common/errors.ts';
import { describeFileError } from '../common/system-error.ts';
import { plainText, wanted, type Row } from './setting.ts';

/** In bytes. */
const SIZE_LIMIT = 1_048_576;

/** A file as it was when the configuration was read. Printing and comparing use path and digest only, never the content. */
export class FileContent {
  /** Absolute. */
  readonly path: string;
  /** Hexadecimal SHA-256 of the content. */
  readonly digest: string;
  readonly #bytes: Buffer;

  constructor(path: string, bytes: Buffer) {
    this.path = path;
    this.digest = createHash('sha256').update(bytes).digest('hex');
    this.#bytes = bytes;
  }

  /** The content. Must never be printed. */
  get bytes(): Buffer {
    return this.#bytes;
  }
}

/** Follows symbolic links, since secrets are mounted that way. @throws ZscalerMcpError ERR_SETTINGS_INVALID */
function readFileContent(raw: string): FileContent {
  const path = resolve(plainText(raw));
  try {
    return new FileContent(path, readRegular(path));
  } catch (error) {
    if (error instanceof ZscalerMcpError) throw error;
    throw wanted(`a file that this server can read: ${describeFileError(error)}`);
  }
}

/** Opens the file without blocking, so that a named pipe without a writer does not hang. */
function readRegular(path: string): Buffer {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw wanted('a regular file');
    if (stats.size > SIZE_LIMIT) throw wanted(`a file of at most ${SIZE_LIMIT} bytes`);
    const buffer = Buffer.alloc(SIZE_LIMIT);
    let length = 0;
    for (let count = -1; count !== 0 && length < SIZE_LIMIT; length += count)
      count = readSync(descriptor, buffer, length, SIZE_LIMIT - length, null);
    return Buffer.from(buffer.subarray(0, length));
  } finally {
    closeSync(descriptor);
  }
}

/** Makes a setting whose value is the path of a file. */
export const file = <const R extends Row<FileContent>>(row: R, takes = 'a path') => ({ ...row, takes, parse: readFileContent });
