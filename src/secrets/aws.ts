/** Reads AWS Secrets Manager through the AWS SDK, which finds credentials, endpoints and profiles the standard way. */
import { ZscalerMcpError } from '../common/errors.ts';
import { explainNetworkError } from '../common/network-error.ts';
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

/** Loads the SDK. @throws ZscalerMcpError ERR_SECRETS_UNREADABLE if it is not installed */
export const loadAws = () => loadSdk(SDK, () => import('@aws-sdk/client-secrets-manager'));

/** Reads the current version of the secret. @throws ZscalerMcpError ERR_SECRETS_UNREADABLE, ERR_SECRETS_UNREACHABLE */
export async function readAws({ name, region }: AwsPlace, { signal, fetch }: ReaderOptions): Promise<SecretsReading> {
  const { GetSecretValueCommand, SecretsManagerClient } = await loadAws();
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

/** The fields used here of a request that the SDK makes. Source: `HttpRequest` of @smithy/types. */
interface SdkRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A request handler that uses our `fetch`, since that of the SDK does not support proxies. */
const handlerOf = (fetch: FetchSecrets) => ({
  async handle({ method, protocol, hostname, port, path, headers, body }: SdkRequest, { abortSignal }: { abortSignal?: unknown } = {}) {
    // `fetch` derives both from the URL and the body, and does not allow setting them.
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

/** The body is JSON, as text or as bytes. */
const bodyOf = (body: unknown): { body?: string } =>
  typeof body === 'string' ? { body } : body instanceof Uint8Array ? { body: new TextDecoder().decode(body) } : {};

/** Throws the cause of a failed `fetch`: its own message is always the same, and the SDK classifies errors by the cause. */
function unwrap(error: Error): never {
  throw error.cause instanceof Error ? error.cause : error;
}

/** The region in the ARN of a secret; undefined for a name. */
const regionOf = (name: string): string | undefined => /^arn:[\w-]+:secretsmanager:([a-z0-9-]+):/.exec(name)?.[1];

/** Uses only the name of the service's error, since its message may quote the request. */
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
  // Thrown when the response cannot be parsed.
  if (word === 'SyntaxError' && (status ?? 0) < 500)
    return unreadable(
      `${where} cannot be read: the response is not one of AWS`,
      'Check for a proxy, or an endpoint set in the environment.',
    );
  if (hint !== undefined && (status ?? 0) < 500) return unreadable(`${where} cannot be read: ${word}`, hint);
  if (status === undefined)
    return code === undefined && /\bregion\b/i.test(message)
      ? unreadable(`${where} cannot be read: the region is not known`, 'Set AWS_REGION.')
      : unreachable(`${where} cannot be reached: ${reasonOf(error, word)}`, 'Check the network connection and the region.');
  const answered = /^(?:Unknown(?:Error)?|Error|an error)$/.test(word) ? `status ${status}` : `${word}, status ${status}`;
  if (status >= 500 || status === 429 || /Throttl|TooManyRequests/.test(word))
    return unreachable(`${where} cannot be read now: ${answered}`, 'Try again later.');
  return unreadable(`${where} cannot be read: ${answered}`, 'Look up the error in the reference of AWS Secrets Manager.');
}

/** The network error, or the name of an error of the SDK that has no other. */
function reasonOf(error: unknown, word: string): string {
  const { fault, message } = explainNetworkError(error);
  return fault === 'unknown' ? word : message;
}

const CREDENTIALS = 'Give the server a role, or credentials in the environment that it is started with; the SDK does not read the .env.';

const hints: Readonly<Record<string, string>> = {
  ResourceNotFoundException: 'Correct ZSCALER_SECRET_NAME or AWS_REGION.',
  AccessDeniedException:
    'The role of the server needs secretsmanager:GetSecretValue for this secret, and kms:Decrypt if you use your own key.',
  DecryptionFailure: 'The role of the server needs kms:Decrypt for the key of this secret.',
  InvalidRequestException: 'Check whether the secret is scheduled for deletion.',
  CredentialsProviderError: CREDENTIALS,
  UnrecognizedClientException: CREDENTIALS,
  InvalidClientTokenId: CREDENTIALS,
  InvalidSignatureException: CREDENTIALS,
  IncompleteSignature: CREDENTIALS,
  ExpiredTokenException: 'The credentials of the server have expired; renew them.',
};
