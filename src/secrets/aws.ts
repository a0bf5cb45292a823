/** AWS Secrets Manager, through the SDK of AWS: credentials, endpoints and profiles are found as every tool of AWS finds them. */
import { ZscalerMcpError } from '../common/errors.ts';
import { loadSdk, unreachable, unreadable, type FetchSecrets, type ReaderOptions, type SecretsReading } from './reader.ts';
import { parseValues } from './values.ts';

const SDK = '@aws-sdk/client-secrets-manager';

/** The secret of AWS Secrets Manager to read. */
export interface AwsPlace {
  readonly kind: 'aws';
  /** Name or ARN. */
  readonly name: string;
  readonly region: string | undefined;
}

/** @throws ZscalerMcpError ERR_SECRETS_UNREADABLE, ERR_SECRETS_UNREACHABLE */
export async function readAws({ name, region }: AwsPlace, { signal, fetch }: ReaderOptions): Promise<SecretsReading> {
  const { GetSecretValueCommand, SecretsManagerClient } = await loadSdk(SDK, () => import('@aws-sdk/client-secrets-manager'));
  const found = region ?? regionOf(name);
  const client = new SecretsManagerClient({
    maxAttempts: 2,
    requestHandler: handlerOf(fetch),
    ...(found !== undefined && { region: found }),
  });
  const where = `the secret ${name} of AWS Secrets Manager`;
  try {
    const { SecretString: text, SecretBinary: bytes } = await client.send(new GetSecretValueCommand({ SecretId: name }), {
      abortSignal: signal,
    });
    return { place: `AWS Secrets Manager ${name}`, values: parseValues(text ?? new TextDecoder().decode(bytes), where) };
  } catch (error) {
    throw signal.aborted || error instanceof ZscalerMcpError ? error : describe(error, where);
  } finally {
    client.destroy();
  }
}

/** The part of a request of the SDK that counts here. Source: `HttpRequest` of @smithy/types. */
interface SdkRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** The SDK's own handler knows no proxy. */
const handlerOf = (fetch: FetchSecrets) => ({
  async handle({ method, protocol, hostname, port, path, headers, body }: SdkRequest, { abortSignal }: { abortSignal?: unknown } = {}) {
    // They follow from the URL and the body, and may not be set.
    const { host: _, 'content-length': __, ...others } = headers;
    const signal = abortSignal instanceof AbortSignal ? abortSignal : new AbortController().signal;
    const url = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`;
    const answer = await fetch(url, { method, headers: others, signal, ...bodyOf(body) }).catch(unwrap);
    const type = answer.headers.get('content-type');
    const bytes = new TextEncoder().encode(await answer.text());
    return { response: { statusCode: answer.status, headers: type === null ? {} : { 'content-type': type }, body: bytes } };
  },
  updateHttpClientConfig: () => undefined,
  httpHandlerConfigs: () => ({}),
});

/** What is asked is JSON, as text or as bytes. */
const bodyOf = (body: unknown): { body?: string } =>
  typeof body === 'string' ? { body } : body instanceof Uint8Array ? { body: new TextDecoder().decode(body) } : {};

/** What `fetch` says is always the same; the reason is behind it, and the SDK judges by it. */
function unwrap(error: Error): never {
  throw error.cause instanceof Error ? error.cause : error;
}

/** An ARN says where its secret is. */
const regionOf = (name: string): string | undefined => /^arn:[\w-]+:secretsmanager:([a-z0-9-]+):/.exec(name)?.[1];

/** Only what the service calls the error is taken over: its sentences may quote what was sent. */
function describe(error: unknown, where: string) {
  const {
    name = 'Error',
    code,
    message = '',
    $metadata,
  } = error as Partial<NodeJS.ErrnoException & { $metadata: { httpStatusCode?: number } }>;
  const status = $metadata?.httpStatusCode;
  const word = /^[\w.]{1,80}$/.test(name) ? name : 'an error';
  const hint = hints[word];
  if (hint !== undefined && (status ?? 0) < 500) return unreadable(`${where} cannot be read: ${word}`, hint);
  if (status === undefined)
    return code === undefined && /\bregion\b/i.test(message)
      ? unreadable(`${where} cannot be asked for: nothing says in which region`, 'Set AWS_REGION.')
      : unreachable(`${where} cannot be reached: ${code ?? word}`, 'Is the network open, and the region right?');
  if (status >= 500 || status === 429 || /Throttl|TooManyRequests/.test(word))
    return unreachable(`${where} cannot be read now: ${word}, status ${status}`, 'Try again later.');
  return unreadable(`${where} cannot be read: ${word}, status ${status}`, 'Look up the error in the reference of AWS Secrets Manager.');
}

const CREDENTIALS = 'Give the server a role, or credentials in the environment that it is started with; a .env does not reach the SDK.';

const hints: Readonly<Record<string, string>> = {
  ResourceNotFoundException: 'Correct ZSCALER_SECRET_NAME or AWS_REGION.',
  AccessDeniedException: 'Its role needs secretsmanager:GetSecretValue for this secret, and kms:Decrypt for a key of your own.',
  DecryptionFailure: 'Its role needs kms:Decrypt for the key of this secret.',
  InvalidRequestException: 'Is the secret scheduled for deletion?',
  CredentialsProviderError: CREDENTIALS,
  UnrecognizedClientException: CREDENTIALS,
  InvalidClientTokenId: CREDENTIALS,
  InvalidSignatureException: CREDENTIALS,
  IncompleteSignature: CREDENTIALS,
  // Of the parser of answers.
  SyntaxError: 'Something else than AWS answered; is there a proxy in between, or another endpoint in the environment?',
  ExpiredTokenException: 'The credentials of the server have expired; give it new ones.',
};
