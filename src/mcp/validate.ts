/** Judges a tool's input by its schema. Validators are compiled at a tool's first call and kept with the tool. */
import { Ajv, AjvJsonSchemaValidator } from '@modelcontextprotocol/server/validators/ajv';
import { ZscalerMcpError } from '../errors.ts';
import { replaceBigints } from './encode.ts';
import type { OfferedTool } from './runtime.ts';

type Judge = (args: unknown) => { valid: boolean; errorMessage: string | undefined };

const judges = new WeakMap<OfferedTool, Judge>();
let compiler: AjvJsonSchemaValidator | undefined;

/** @throws ZscalerMcpError ERR_TOOL_INPUT that names every argument, what was wanted of it and what was given */
export function validateInput(tool: OfferedTool, args: unknown): void {
  // The validator knows no bigint; rounded, it is the same kind of number within the same bounds.
  const view = replaceBigints(args, Number);
  const verdict = judgeOf(tool)(view);
  if (verdict.valid) return;
  const complaints = explain(tool, view);
  throw new ZscalerMcpError(
    'ERR_TOOL_INPUT',
    `${tool.name} cannot be called with these arguments: ${complaints.length > 0 ? complaints.join('; ') : verdict.errorMessage}.`,
    { hint: 'Correct the arguments as said and call again; nothing was sent to Zscaler.' },
  );
}

function judgeOf(tool: OfferedTool): Judge {
  const known = judges.get(tool);
  if (known) return known;
  compiler ??= new AjvJsonSchemaValidator();
  const judge = compiler.getValidator(tool.inputSchema());
  judges.set(tool, judge);
  return judge;
}

interface Violation {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string | undefined;
  readonly data?: unknown;
}

/** The same judgement in sentences. Compiled only for a call that failed. */
function explain(tool: OfferedTool, args: unknown): string[] {
  const schema = tool.inputSchema();
  const check = new Ajv({ strict: false, validateSchema: false, validateFormats: false, allErrors: true, verbose: true }).compile(schema);
  if (check(args)) return [];
  const known = Object.keys((schema as { properties?: object }).properties ?? {});
  const violations = (check.errors ?? []) as readonly Violation[];
  return [
    ...new Set(
      violations
        .filter(({ keyword }) => !['anyOf', 'oneOf', 'allOf', 'if'].includes(keyword))
        .map((violation) => describe(violation, known)),
    ),
  ];
}

function describe({ instancePath, keyword, params, message, data }: Violation, known: readonly string[]): string {
  const where = instancePath === '' ? 'the arguments' : instancePath.slice(1).replaceAll('/', '.');
  const within = instancePath === '' ? '' : `${where}.`;
  switch (keyword) {
    case 'required':
      return `${within}${String(params['missingProperty'])} is required and was not given`;
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return `${within}${String(params['additionalProperty'] ?? params['unevaluatedProperty'])} is not known here${within === '' && known.length > 0 ? ` (known: ${known.join(', ')})` : ''}`;
    case 'enum':
      return `${where} must be one of ${(params['allowedValues'] as readonly unknown[]).map(String).join(', ')}; given was ${show(data)}`;
    case 'const':
      return `${where} must be ${String(params['allowedValue'])}; given was ${show(data)}`;
    default:
      return `${where} ${message ?? 'is not valid'}; given was ${show(data)}`;
  }
}

/** What was given, by kind and size; a text itself may be a secret and is not repeated. */
function show(data: unknown): string {
  if (typeof data === 'string') return `text of ${data.length} characters`;
  if (Array.isArray(data)) return `a list of ${data.length}`;
  if (typeof data === 'object' && data !== null) return 'an object';
  return String(data);
}
