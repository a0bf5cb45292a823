/**
 * Proofs that this server recently asked for confirmation of exactly this call by exactly this caller. The client carries a proof
 * without being able to read or change it; each is valid once.
 */
import { createHash, randomBytes } from 'node:crypto';
import { canonicalJson } from './canonical.ts';
import type { Ring } from './seal.ts';
import type { UsedOnce } from './single-use.ts';

/** The call that is confirmed. Arguments are compared as JSON, regardless of member order. */
export interface Subject {
  /** The caller the question was put to; answers from others are rejected. */
  readonly caller: string;
  readonly tool: string;
  readonly args: unknown;
}

/** `state` accompanies a person's answer; `token` is for clients that cannot ask a person. */
export type Purpose = 'state' | 'token';

/** A proof as the client gets it: sealed, with the mark that its answer must bear. */
export interface Proof {
  readonly sealed: string;
  /** Name of the answer's field, so that the answer to a different question does not match. */
  readonly mark: string;
}

/** Why a proof is rejected. */
export type Fault = 'foreign' | 'expired' | 'used' | 'unknown';

interface Content {
  readonly id: string;
  readonly mark: string;
  /** Absent in proofs of earlier versions. */
  readonly at?: number;
  readonly until: number;
  readonly subject: string;
}

/** What proofs depend on: the keys, the memory of used ones, and how long each is valid. */
export interface ConfirmationsOptions {
  readonly ring: Ring;
  readonly used: UsedOnce;
  readonly lifetimeMs: number;
  readonly now?: () => number;
}

/** Issues and checks proofs of confirmation under one configuration. */
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

  /** Marks the proof as used and returns its mark when it is valid. */
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
