/** Which secrets manager to read, and where in it; derived from several settings. */
import { cloudUrl } from './formats.ts';
import { rows, type Settings } from './table.ts';

/** The secrets manager to read and where in it; `enabledBy` is the setting that enables it, which messages name. */
export type SecretsPlace =
  | { readonly kind: 'aws'; readonly enabledBy: string; readonly name: string; readonly region: string | undefined }
  | {
      readonly kind: 'gcp';
      readonly enabledBy: string;
      readonly project: string;
      /** Names of settings. */
      readonly names: readonly string[];
      /** Whether all of them must exist. */
      readonly isComplete: boolean;
      readonly endpoint: string | undefined;
    }
  | {
      readonly kind: 'vault';
      readonly enabledBy: string;
      /** Without a trailing slash. */
      readonly address: string;
      readonly mount: string;
      readonly path: string;
      readonly token: string;
      readonly namespace: string | undefined;
    };

/** The configured secrets manager; null when none is, or its settings are incomplete (`secretsObstacles` says what is missing). */
export function secretsPlaceOf(settings: Settings): SecretsPlace | null {
  if (secretsObstacles(settings).length > 0) return null;
  const { secretName, awsRegion, gcpSecretManager, gcpProject, gcpSecrets, gcpEndpoint, vaultPath, vaultAddress, vaultToken } = settings;
  if (secretName !== undefined) return { kind: 'aws', enabledBy: 'ZSCALER_SECRET_NAME', name: secretName, region: awsRegion };
  if (gcpSecretManager && gcpProject !== undefined) {
    const isComplete = gcpSecrets.length > 0;
    const names = isComplete ? gcpSecrets : defaultNames;
    return { kind: 'gcp', enabledBy: 'ZSCALER_MCP_GCP_SECRET_MANAGER', project: gcpProject, names, isComplete, endpoint: gcpEndpoint };
  }
  if (vaultPath === undefined || vaultAddress === undefined || vaultToken === undefined) return null;
  return {
    kind: 'vault',
    enabledBy: 'ZSCALER_MCP_VAULT_PATH',
    address: cloudUrl(vaultAddress),
    mount: settings.vaultMount,
    path: vaultPath,
    token: vaultToken,
    namespace: settings.vaultNamespace,
  };
}

/** The settings to read when ZSCALER_MCP_GCP_SECRETS is not set. The tenant's come first, because a failure is reported with the first name. */
const defaultNames: readonly string[] = rows
  .filter(
    ([name, { secret, group, locatesSecrets }]) =>
      !locatesSecrets &&
      (secret === true || group === 'tenant' || ['authJwksUri', 'authIssuer', 'authAudience', 'writeEnabled', 'writeTools'].includes(name)),
  )
  .toSorted(([, one], [, other]) => Number(other.group === 'tenant') - Number(one.group === 'tenant'))
  .map(([, { env }]) => env);

/** One reason why the secrets manager cannot be read as configured. */
export interface SecretsObstacle {
  readonly setting: string;
  readonly message: string;
  readonly hint: string;
}

/** Why the configured secrets manager cannot be read; empty when it can be, or none is configured. */
export function secretsObstacles(settings: Settings): SecretsObstacle[] {
  const enabled = (
    [
      [settings.secretName !== undefined, 'ZSCALER_SECRET_NAME'],
      [settings.gcpSecretManager, 'ZSCALER_MCP_GCP_SECRET_MANAGER'],
      [settings.vaultPath !== undefined, 'ZSCALER_MCP_VAULT_PATH'],
    ] as const
  ).flatMap(([isOn, name]) => (isOn ? [name] : []));
  const [enabledBy, ...more] = enabled;
  if (enabledBy === undefined) return [];
  if (more.length > 0) return more.map((setting) => twoManagers(setting, enabledBy));
  return obstaclesOf[enabledBy](settings);
}

const twoManagers = (setting: string, enabledBy: string): SecretsObstacle => ({
  setting,
  message: `enables a second secrets manager beside ${enabledBy}; only one can be read`,
  hint: 'Keep the secrets in one of them, and remove the other setting.',
});

const obstaclesOf = {
  ZSCALER_SECRET_NAME: ({ awsRegion }: Settings) =>
    awsRegion === undefined || /^[a-z0-9-]+$/.test(awsRegion)
      ? []
      : [{ setting: 'AWS_REGION', message: 'expected the name of a region', hint: 'For example eu-central-1.' }],
  ZSCALER_MCP_GCP_SECRET_MANAGER: ({ gcpProject, gcpEndpoint, gcpSecrets }: Settings) => [
    ...(gcpProject === undefined
      ? [{ setting: 'GCP_PROJECT_ID', message: 'is not set, but GCP Secret Manager requires a project', hint: 'Set GCP_PROJECT_ID.' }]
      : []),
    ...(gcpEndpoint === undefined ? [] : urlObstacles('ZSCALER_MCP_GCP_ENDPOINT', gcpEndpoint)),
    ...gcpSecrets.filter((name) => !keepable.has(name)).map(notKeepable),
  ],
  ZSCALER_MCP_VAULT_PATH: ({ vaultAddress, vaultToken, vaultPath = '', vaultMount }: Settings) => [
    ...(vaultAddress === undefined
      ? [{ setting: 'VAULT_ADDR', message: 'is not set, but ZSCALER_MCP_VAULT_PATH requires it', hint: 'Set VAULT_ADDR.' }]
      : urlObstacles('VAULT_ADDR', vaultAddress)),
    ...(vaultToken === undefined
      ? [
          {
            setting: 'VAULT_TOKEN',
            message: 'is not set, but ZSCALER_MCP_VAULT_PATH requires it',
            hint: 'Set VAULT_TOKEN_FILE to the file that the Vault agent writes the token to, or set VAULT_TOKEN.',
          },
        ]
      : []),
    ...(
      [
        ['ZSCALER_MCP_VAULT_PATH', vaultPath],
        ['ZSCALER_MCP_VAULT_MOUNT', vaultMount],
      ] as const
    )
      .filter(([, path]) => path.split('/').some((part) => ['', '.', '..'].includes(part)))
      .map(([setting]) => ({
        setting,
        message: 'expected a path of names separated by slashes, without . or ..',
        hint: 'For `vault kv get -mount=secret zscaler-mcp` the mount is secret and the path zscaler-mcp.',
      })),
  ],
} as const;

/** Settings that a secrets manager may hold. */
const keepable: ReadonlySet<string> = new Set(
  rows.flatMap(([, { env, applies, locatesSecrets }]) => (applies === 'boot' || locatesSecrets ? [] : [env])),
);

const notKeepable = (name: string): SecretsObstacle => ({
  setting: 'ZSCALER_MCP_GCP_SECRETS',
  message: `names a setting that a secrets manager cannot provide${/^[A-Z0-9_]{1,60}$/.test(name) ? `: ${name}` : ''}`,
  hint: 'Use names from docs/reference/settings.md, such as ZSCALER_CLIENT_SECRET.',
});

function urlObstacles(setting: string, raw: string): SecretsObstacle[] {
  try {
    cloudUrl(raw);
    return [];
  } catch {
    return [
      {
        setting,
        message: 'expected a URL that begins with https://, without credentials, query or fragment',
        hint: 'Plain http:// is accepted for 127.0.0.1, ::1 and localhost only, because it would expose secrets on the network.',
      },
    ];
  }
}
