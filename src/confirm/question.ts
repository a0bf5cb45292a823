/** What a person reads before a record is removed. Names come from the tenant, so each is sanitized and kept on its line. */
import { stringifyJson } from '../common/json.ts';
import { quoteForPerson } from '../sanitize/index.ts';

/** What a call would remove. */
export interface Removal {
  /** The tool's title: `Private Access: delete segment group`. */
  readonly title: string;
  readonly tool: string;
  /** Read from the cloud just now; a name is null where the record shows none. */
  readonly records: readonly { readonly id: string; readonly name: string | null }[];
  /** What the client gave. */
  readonly args: unknown;
}

/** More would not be read. */
const MAX_RECORDS = 20;
const MAX_ARGUMENTS = 600;

export function describeRemoval({ title, tool, records, args }: Removal): string {
  const shown = records
    .slice(0, MAX_RECORDS)
    .map(({ id, name }) => `- ${name === null ? '' : `${quoteForPerson(name)}, ID `}${quoteForPerson(id)}`);
  const rest = records.length - shown.length;
  return [
    `${title}. This cannot be undone here.`,
    ...(shown.length > 0 ? ['What it is about, as the cloud shows it now:', ...shown] : []),
    ...(rest > 0 ? [`- and ${rest} more`] : []),
    `Tool: ${tool}`,
    `Arguments: ${quoteForPerson(stringifyJson(args), MAX_ARGUMENTS)}`,
  ].join('\n');
}
