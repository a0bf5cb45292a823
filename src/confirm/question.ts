/** The question a person is asked before a record is removed. Names come from the tenant: each is sanitized and confined to its line. */
import { stringifyJson } from '../common/json.ts';
import { quoteForPerson } from '../sanitize/index.ts';

/** What a call would remove. */
export interface Removal {
  /** The tool's title: `Private Access: delete segment group`. */
  readonly title: string;
  readonly tool: string;
  /** As just read from the cloud; the name is null where the record has none. */
  readonly records: readonly { readonly id: string; readonly name: string | null }[];
  /** Arguments from the client. */
  readonly args: unknown;
}

/** Longer arguments would not be read by anybody. */
const MAX_RECORDS = 20;
const MAX_ARGUMENTS = 600;

/** The question as text: title, records (20 at most), tool and arguments, one line each. */
export function describeRemoval({ title, tool, records, args }: Removal): string {
  const shown = records
    .slice(0, MAX_RECORDS)
    .map(({ id, name }) => `- ${name === null ? '' : `${quoteForPerson(name)}, ID `}${quoteForPerson(id)}`);
  const rest = records.length - shown.length;
  return [
    `${title}. This cannot be undone here.`,
    ...(shown.length > 0 ? ['Affected, as the cloud shows it now:', ...shown] : []),
    ...(rest > 0 ? [`- and ${rest} more`] : []),
    `Tool: ${tool}`,
    `Arguments: ${quoteForPerson(stringifyJson(args), MAX_ARGUMENTS)}`,
  ].join('\n');
}
