/** Reads settings from a secrets manager. Loaded only if one is configured, and each SDK only for its own manager. */
import { ZscalerMcpError } from '../common/errors.ts';
import type { AwsPlace } from './aws.ts';
import type { GcpPlace } from './gcp.ts';
import { unreachable, type FetchSecrets, type ReaderOptions, type SecretsReading } from './reader.ts';
import type { VaultPlace } from './vault.ts';

export type { AwsPlace, GcpPlace, SecretsReading, VaultPlace };

/** The time limit for a whole read, and how to make HTTP requests. */
export interface ManagerOptions {
  readonly timeoutMs: number;
  readonly fetch: FetchSecrets;
}

/** Reads the secrets manager once. @throws ZscalerMcpError ERR_SECRETS_UNREADABLE, ERR_SECRETS_UNREACHABLE; neither contains anything that was read */
export async function readManager(place: AwsPlace | GcpPlace | VaultPlace, { timeoutMs, fetch }: ManagerOptions): Promise<SecretsReading> {
  const read = await openReader(place);
  const signal = AbortSignal.timeout(timeoutMs);
  // Needed beside the signal: the SDKs look for credentials with requests that cannot be aborted.
  const late = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(tooLate(place, timeoutMs)), { once: true }));
  try {
    return await Promise.race([read({ signal, fetch }), late]);
  } catch (error) {
    if (error instanceof ZscalerMcpError) throw error;
    throw signal.aborted ? tooLate(place, timeoutMs) : error;
  }
}

/**
 * Loads the readers, which the first read does otherwise: a reload may name another manager.
 * @param place the manager in use, whose SDK is loaded too
 */
export async function loadReaders(place: { readonly kind: string } | null): Promise<void> {
  const [{ loadAws }, { loadGcp }] = await Promise.all([import('./aws.ts'), import('./gcp.ts'), import('./vault.ts')]);
  if (place?.kind === 'aws') await loadAws();
  if (place?.kind === 'gcp') await loadGcp();
}

/** Loads the reader and its SDK, which on a busy machine takes seconds: the time limit is the manager's alone. */
async function openReader(place: AwsPlace | GcpPlace | VaultPlace): Promise<(options: ReaderOptions) => Promise<SecretsReading>> {
  switch (place.kind) {
    case 'aws': {
      const { loadAws, readAws } = await import('./aws.ts');
      await loadAws();
      return (options) => readAws(place, options);
    }
    case 'gcp': {
      const { loadGcp, readGcp } = await import('./gcp.ts');
      await loadGcp();
      return (options) => readGcp(place, options);
    }
    case 'vault': {
      const { readVault } = await import('./vault.ts');
      return (options) => readVault(place, options);
    }
  }
}

const tooLate = (place: AwsPlace | GcpPlace | VaultPlace, timeoutMs: number) =>
  unreachable(
    `${nameOf(place)} did not answer within ${timeoutMs / 1_000} s`,
    'Check the network connection, or raise ZSCALER_MCP_SECRETS_TIMEOUT.',
  );

function nameOf(place: AwsPlace | GcpPlace | VaultPlace): string {
  if (place.kind === 'vault') return `Vault at ${place.address}`;
  return place.kind === 'aws' ? 'AWS Secrets Manager' : 'GCP Secret Manager';
}
