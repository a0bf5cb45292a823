/** Settings that name a file. They are compared by content, so a file that is renewed in place is a change. */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { readNamedFile, UnreadableFile } from '../common/named-file.ts';
import { describeFileError } from '../common/system-error.ts';
import { plainText, wanted, type FilesRead, type Row } from './setting.ts';

/** In bytes. */
const SIZE_LIMIT = 1_048_576;

/** A file as it was when the configuration was read. Printing and comparing use path and digest only, never the content. */
export class FileContent {
  /** Absolute. */
  readonly path: string;
  /** Hexadecimal SHA-256 of the content. */
  readonly digest: string;
  readonly #bytes: Buffer;
  /** Not a public field: what is compared and printed must not differ from one reading to the next. */
  readonly #readAt: string;

  constructor(path: string, bytes: Buffer, readAt = new Date().toISOString()) {
    this.path = path;
    this.digest = createHash('sha256').update(bytes).digest('hex');
    this.#bytes = bytes;
    this.#readAt = readAt;
  }

  /** ISO time. */
  get readAt(): string {
    return this.#readAt;
  }

  /** The content. Must never be printed. */
  get bytes(): Buffer {
    return this.#bytes;
  }
}

/** One that was read before is not read again. Follows symbolic links, since secrets are mounted that way. @throws ZscalerMcpError ERR_SETTINGS_INVALID */
function readFileContent(raw: string, files?: FilesRead): FileContent {
  const path = resolve(plainText(raw));
  const read = files?.get(path);
  if (read instanceof FileContent) return read;
  try {
    return new FileContent(path, readNamedFile(path, SIZE_LIMIT).bytes);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    throw wanted(`a file that this server can read: ${error.stats === null ? describeFileError(error.cause) : `it ${error.message}`}`);
  }
}

/** Makes a setting whose value is the path of a file. */
export const file = <const R extends Row<FileContent>>(row: R, takes = 'a path') => ({ ...row, takes, parse: readFileContent });
