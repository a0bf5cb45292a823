/** Answers of the demo tenant, and the shape of each service's errors. */

export interface Answer {
  readonly status: number;
  /** Sent as JSON, with exact integers. `undefined` sends no body, as the cloud does with 204. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent unchanged instead of `body`. */
  readonly text?: string;
}

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const created = (body: unknown): Answer => ({ status: 201, body });
export const noContent: Answer = { status: 204 };

/** ZIA and ZTW: `{code, message}`. An unknown path gets an empty 404 (recorded: `GET /zia/api/v1/locations/supportedCountries`). */
export const ziaError = (status: number, code: string, message: string): Answer => ({ status, body: { code, message } });

/** ZPA: `{id, reason, params}`; `params` names the invalid fields. */
export const zpaError = (status: number, id: string, reason: string, params?: readonly string[]): Answer => ({
  status,
  body: params ? { params, id, reason } : { id, reason },
});

/** Errors of the gateway; also used for ZIdentity, whose errors were never recorded. */
export const problem = (status: number, title: string, detail: string): Answer => ({
  status,
  body: { type: 'about:blank', title, status, detail },
});

/** Recorded, word for word: the gateway fills in `detail` only. */
export const unauthorized: Answer = { status: 401, body: { detail: 'unauthorized', type: '', title: '', status: '' } };
