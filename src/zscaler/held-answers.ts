/** Bounds the memory that answers of the cloud take: for one call, and for all calls that run together. */

/** How many calls may hold as much as one may at most. */
const SHARES = 4;

/** What a call holds of the cloud's answers until it ends. */
export interface Held {
  /** Counts bytes, after decompression, before they are kept. @throws AnswerTooLarge */
  take(bytes: number): void;
  release(): void;
}

/** An answer that would take more memory than it may. The message continues "GET /path was answered with". */
export class AnswerTooLarge extends Error {
  override name = 'AnswerTooLarge';
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** Counts what all calls of the process hold together. */
export class HeldAnswers {
  #all = 0;

  /** @param limit for all answers of one call, in bytes */
  open(limit: number): Held {
    let own = 0;
    return {
      take: (bytes) => {
        if (own + bytes > limit) throw tooLarge(limit);
        if (this.#all + bytes > limit * SHARES) throw tooManyLarge(limit * SHARES);
        own += bytes;
        this.#all += bytes;
      },
      release: () => {
        this.#all -= own;
        own = 0;
      },
    };
  }
}

const tooLarge = (limit: number): AnswerTooLarge =>
  new AnswerTooLarge(
    `more than ${limit} bytes, the most that the answers to one call may have`,
    'Narrow the request, or ask for one page after the other without all; an operator can raise ZSCALER_MCP_CLOUD_ANSWER_LIMIT.',
  );

const tooManyLarge = (limit: number): AnswerTooLarge =>
  new AnswerTooLarge(
    `more than there is room for: the answers to all running calls may have ${limit} bytes together`,
    'Try again when other calls have ended, or narrow the request; an operator can raise ZSCALER_MCP_CLOUD_ANSWER_LIMIT.',
  );

/** For documents that are small by nature: tokens, keys, secrets. */
const SMALL = 1_048_576;

/** Counts a single small document. */
export function holdSmall(): Pick<Held, 'take'> {
  let own = 0;
  return {
    take(bytes) {
      own += bytes;
      if (own > SMALL)
        throw new AnswerTooLarge(`more than ${SMALL} bytes, far more than such a document has`, 'Check the address that is asked.');
    },
  };
}
