/** Finds the one record with a given name. A near match is an error. */
import { quoteBriefly } from '../../common/few.ts';
import { ZscalerMcpError } from '../../common/errors.ts';
import { readPage, type Call } from '../define.ts';
import { searchFor, v2, zpaTenant } from './product.ts';

type Row = Readonly<Record<string, unknown>>;

interface Wanted {
  /** `identity provider`, for messages. */
  readonly what: string;
  readonly name: string;
  /** How to list the existing records, for messages. */
  readonly hint: string;
}

/** The record with this name, from a list that has a `search`. @throws ZscalerMcpError ERR_TOOL_INPUT when there is none */
export async function findNamed(call: Call, route: `/${string}`, wanted: Wanted, query: Row = {}): Promise<Row> {
  const answer = await call(`GET ${route}`, { query: { search: searchFor(wanted.name), ...query } });
  return pickNamed(readPage(zpaTenant.paging, answer, {}).items as readonly Row[], wanted);
}

/** The record with exactly this name, else the only one that matches case-insensitively. @throws ZscalerMcpError ERR_TOOL_INPUT */
export function pickNamed(rows: readonly Row[], { what, name, hint }: Wanted): Row {
  const wanted = name.toLowerCase();
  const alike = rows.filter((row) => typeof row['name'] === 'string' && row['name'].toLowerCase() === wanted);
  const found = alike.find((row) => row['name'] === name) ?? (alike.length === 1 ? alike[0] : undefined);
  if (found) return found;
  throw new ZscalerMcpError('ERR_TOOL_INPUT', `no ${what} is called ${quoteBriefly(name)}`, { hint });
}

/** The ID of the identity provider with this name. @throws ZscalerMcpError ERR_TOOL_INPUT */
export async function findIdp(call: Call, name: string): Promise<string> {
  const hint = 'Give the whole name of an identity provider, as the ZPA admin portal shows it.';
  return idOf(await findNamed(call, `${v2}/idp`, { what: 'identity provider', name, hint }));
}

/** The ID of the enrolment certificate with this name. @throws ZscalerMcpError ERR_TOOL_INPUT */
export async function findEnrollmentCertificate(call: Call, name: string): Promise<string> {
  const hint = 'See what there is with get_zpa_enrollment_certificate.';
  return idOf(await findNamed(call, `${v2}/enrollmentCert`, { what: 'enrollment certificate', name, hint }));
}

/** @throws ZscalerMcpError ERR_CLOUD_ANSWER */
export function idOf(answer: unknown): string {
  const id = typeof answer === 'object' && answer !== null ? (answer as Row)['id'] : undefined;
  if (typeof id === 'string' || typeof id === 'number' || typeof id === 'bigint') return String(id);
  throw new ZscalerMcpError('ERR_CLOUD_ANSWER', 'a record without an ID was returned', {
    hint: 'Repeat the call; if it stays, report it.',
  });
}
