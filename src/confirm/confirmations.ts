/**
 * Proofs that a question was asked here, about exactly this call of exactly this caller, a short while ago. A proof is
 * carried by the client, which can neither read nor change it, and is good once.
 */
import { createHash, randomBytes } from 'node:crypto';
import { canonicalJson } from './canonical.ts';
import type { Ring } from './seal.ts';
import type { UsedOnce } from './used.ts';

/** What is confirmed. Arguments are compared as JSON, in any order of members. */
export interface Subject {
  /** Who asked; another one's answer is none. */
  readonly caller: string;
  readonly tool: string;
  readonly args: unknown;
}

/** `state` travels beside a person's answer; `token` is all that a client has which cannot ask a person. */
export type Purpose = 'state' | 'token';

export interface Proof {
  readonly sealed: string;
  /** Names the field of the answer, so that the answer to another question does not fit. */
  readonly mark: string;
}

/** Why a proof counts for nothing. */
export type Fault = 'foreign' | 'expired' | 'used' | 'unknown';

interface Content {
  readonly id: string;
  readonly mark: string;
  /** Absent in those of earlier versions. */
  readonly at?: number;
  readonly until: number;
  readonly subject: string;
}

export interface ConfirmationsOptions {
  readonly ring: Ring;
  readonly used: UsedOnce;
  readonly lifetimeMs: number;
  readonly now?: () => number;
}

export class Confirmations {
  readonly lifetimeMs: number;
  readonly #ring: Ring;
  readonly #used: UsedOnce;
  readonly #now: () => number;

  constructor({ ring, used, lifetimeMs, now = Date.now }: ConfirmationsOptions) {
    this.#ring = ring;
    this.#used = used;
    this.lifetimeMs = lifetimeMs;
    this.#now = now;
  }

  issue(purpose: Purpose, subject: Subject): Proof {
    const mark = randomBytes(4).toString('hex');
    const id = randomBytes(16).toString('base64url');
    const at = this.#now();
    const content = { id, mark, at, until: at + this.lifetimeMs, subject: digest(subject) };
    return { sealed: this.#ring.seal(purpose, JSON.stringify(content satisfies Content)), mark };
  }

  /** The mark of the proof when it is good; from then on it is used. */
  async redeem(purpose: Purpose, sealed: unknown, subject: Subject): Promise<{ readonly mark: string } | Fault> {
    const content = this.#read(purpose, sealed, subject);
    if (typeof content === 'string') return content;
    const { id, mark, until, at = until - this.lifetimeMs } = content;
    const isFirst = await this.#used.consume(id, { issuedAt: at, expiresAt: until });
    if (isFirst === null) return 'unknown';
    return isFirst ? { mark } : 'used';
  }

  #read(purpose: Purpose, sealed: unknown, subject: Subject): Content | Fault {
    const opened = typeof sealed === 'string' ? this.#ring.open(purpose, sealed) : null;
    if (opened === null) return 'foreign';
    const content = JSON.parse(opened) as Content;
    if (content.subject !== digest(subject)) return 'foreign';
    return content.until > this.#now() ? content : 'expired';
  }
}

const digest = ({ caller, tool, args }: Subject): string =>
  createHash('sha256')
    .update(canonicalJson([caller, tool, args]))
    .digest('base64url');
