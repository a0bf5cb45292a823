/** Conditions of policy rules. The API reads and writes them in different forms; both are accepted as input, and the write form is sent. */
import { parseMessage } from '../../common/json.ts';
import { text } from '../define.ts';
import { wireNames } from '../wire-names.ts';

type Row = Readonly<Record<string, unknown>>;

/** The write form. The values of one condition are joined by its operator; all conditions of a rule must hold. */
export interface Condition {
  readonly operator: 'AND' | 'OR';
  readonly negated?: true;
  readonly operands: readonly Operand[];
}

type Plain = string | number | bigint | boolean;

interface Entry {
  readonly lhs: Plain;
  readonly rhs: Plain;
}

interface Operand {
  readonly objectType: string;
  readonly values?: readonly Plain[];
  readonly entryValues?: readonly Entry[];
}

const about =
  'Conditions that must all hold: [{"operator": "OR", "operands": [{"object_type": "APP", "values": ["id"]}, {"object_type": "SCIM_GROUP", "entry_values": [{"lhs": "idp id", "rhs": "group id"}]}]}]. In an update they replace the present ones.';

export const conditions = {
  ...text(about),
  schema: {
    type: 'array',
    items: {
      type: 'object',
      additionalProperties: true,
      description:
        'A condition: its operator (AND, OR) between operands, each with object_type and values, or entry_values of lhs and rhs.',
    },
    examples: [[{ operator: 'OR', operands: [{ object_type: 'CLIENT_TYPE', values: ['zpn_client_type_zapp'] }] }]],
  },
  wants: 'a list of conditions, each with an operator (AND, OR) and operands of an object_type with values, or entry_values of lhs and rhs',
  read: (given: unknown): readonly Condition[] | undefined => {
    const list = typeof given === 'string' ? parsed(given) : given;
    const read = Array.isArray(list) ? list.map(toWritten) : undefined;
    return read?.every((condition) => condition !== undefined) ? read : undefined;
  },
};

/** Clients of the Python server may send the list as JSON text. */
function parsed(json: string): unknown {
  try {
    return parseMessage(json);
  } catch {
    return undefined;
  }
}

/** The condition in the write form, from any form; undefined when it is not a condition. */
export function toWritten(given: unknown): Condition | undefined {
  if (Array.isArray(given)) return ofPair(given);
  if (typeof given !== 'object' || given === null) return undefined;
  const { operator = 'OR', operands, negated } = wireNames(given) as Row;
  const word = typeof operator === 'string' ? operator.toUpperCase() : '';
  const parts = Array.isArray(operands) ? operands.map(ofOperand) : undefined;
  if ((word !== 'AND' && word !== 'OR') || !parts?.length || !parts.every((part) => part !== undefined)) return undefined;
  return { operator: word, ...(negated === true && { negated }), operands: join(parts) };
}

/** `["app", ["id", "id"]]`, a form of the Python server. */
function ofPair([objectType, list]: readonly unknown[]): Condition | undefined {
  const isEntries = Array.isArray(list) && list.some(Array.isArray);
  const entryValues = isEntries
    ? (list as unknown[]).map((entry) => (Array.isArray(entry) ? { lhs: entry[0] as unknown, rhs: entry[1] as unknown } : {}))
    : undefined;
  const operand = ofOperand({ objectType, ...(entryValues ? { entryValues } : { values: list }) });
  return operand && { operator: 'OR', operands: [operand] };
}

function ofOperand(given: unknown): Operand | undefined {
  const { objectType: type, values, entryValues, ...single } = (typeof given === 'object' && given !== null ? given : {}) as Row;
  if (typeof type !== 'string' || type === '') return undefined;
  const objectType = type.toUpperCase();
  if (Array.isArray(values) && values.length > 0) return values.every(isPlain) ? { objectType, values } : undefined;
  const entries: unknown = Array.isArray(entryValues) && entryValues.length > 0 ? entryValues : [single];
  const pairs = (entries as readonly Row[]).map(ofEntry);
  if (!pairs.every((pair) => pair !== undefined)) return undefined;
  // Operands without a left-hand value are read with `id` there (recorded: CLIENT_TYPE).
  return pairs.every((pair) => pair.lhs === 'id')
    ? { objectType, values: pairs.map((pair) => pair.rhs) }
    : { objectType, entryValues: pairs };
}

function ofEntry(entry: Row | null): Entry | undefined {
  const { lhs = 'id', rhs } = entry ?? {};
  return isPlain(lhs) && isPlain(rhs) ? { lhs, rhs } : undefined;
}

const isPlain = (value: unknown): value is Plain => ['string', 'number', 'bigint', 'boolean'].includes(typeof value);

/** The read form has one operand per value (recorded), the write form one per type; the operator still joins all of them. */
function join(operands: readonly Operand[]): Operand[] {
  const joined = new Map<string, Operand>();
  for (const { objectType, values, entryValues } of operands) {
    const key = `${objectType} ${values ? 'values' : 'entries'}`;
    const former = joined.get(key);
    joined.set(key, {
      objectType,
      ...(values && { values: [...(former?.values ?? []), ...values] }),
      ...(entryValues && { entryValues: [...(former?.entryValues ?? []), ...entryValues] }),
    });
  }
  return [...joined.values()];
}
