/** Which secrets manager is to be read, and where in it: what follows from several settings at once. */
import { cloudUrl } from './formats.ts';
import { rows, type Settings } from './table.ts';

export type SecretsPlace =
  | { readonly kind: 'aws'; readonly gate: string; readonly name: string; readonly region: string | undefined }
  | {
      readonly kind: 'gcp';
      readonly gate: string;
      readonly project: string;
      /** Names of settings. */
      readonly names: readonly string[];
      /** Whether every one of them has to be there. */
      readonly isComplete: boolean;
      readonly endpoint: string | undefined;
    }
  | {
      readonly kind: 'vault';
      readonly gate: string;
      /** Without a slash at the end. */
      readonly address: string;
      readonly mount: string;
      readonly path: string;
      readonly token: string;
      readonly namespace: string | undefined;
    };

/** Null when none is configured, or none as a whole: what lacks is told by `secretsObstacles`. */
export function secretsPlaceOf(settings: Settings): SecretsPlace | null {
  if (secretsObstacles(settings).length > 0) return null;
  const { secretName, awsRegion, gcpSecretManager, gcpProject, gcpSecrets, gcpEndpoint, vaultPath, vaultAddress, vaultToken } = settings;
  if (secretName !== undefined) return { kind: 'aws', gate: 'ZSCALER_SECRET_NAME', name: secretName, region: awsRegion };
  if (gcpSecretManager && gcpProject !== undefined) {
    const isComplete = gcpSecrets.length > 0;
    const names = isComplete ? gcpSecrets : usual;
    return { kind: 'gcp', gate: 'ZSCALER_MCP_GCP_SECRET_MANAGER', project: gcpProject, names, isComplete, endpoint: gcpEndpoint };
  }
  if (vaultPath === undefined || vaultAddress === undefined || vaultToken === undefined) return null;
  return {
    kind: 'vault',
    gate: 'ZSCALER_MCP_VAULT_PATH',
    address: cloudUrl(vaultAddress),
    mount: settings.vaultMount,
    path: vaultPath,
    token: vaultToken,
    namespace: settings.vaultNamespace,
  };
}

/** What is usually kept there; the tenant first, since what is said of the first that fails is said of all. */
const usual: readonly string[] = rows
  .filter(
    ([name, { secret, group, findsSecrets }]) =>
      !findsSecrets &&
      (secret === true || group === 'tenant' || ['authJwksUri', 'authIssuer', 'authAudience', 'writeEnabled', 'writeTools'].includes(name)),
  )
  .toSorted(([, one], [, other]) => Number(other.group === 'tenant') - Number(one.group === 'tenant'))
  .map(([, { env }]) => env);

export interface SecretsObstacle {
  readonly setting: string;
  readonly message: string;
  readonly hint: string;
}

/** Why no secrets manager can be read although one is asked for; empty when it can, or none is. */
export function secretsObstacles(settings: Settings): SecretsObstacle[] {
  const gates = (
    [
      [settings.secretName !== undefined, 'ZSCALER_SECRET_NAME'],
      [settings.gcpSecretManager, 'ZSCALER_MCP_GCP_SECRET_MANAGER'],
      [settings.vaultPath !== undefined, 'ZSCALER_MCP_VAULT_PATH'],
    ] as const
  ).flatMap(([isOn, name]) => (isOn ? [name] : []));
  const [gate, ...more] = gates;
  if (gate === undefined) return [];
  if (more.length > 0) return more.map((setting) => twoManagers(setting, gate));
  return obstaclesOf[gate](settings);
}

const twoManagers = (setting: string, gate: string): SecretsObstacle => ({
  setting,
  message: `asks for a second secrets manager beside ${gate}; which of their values counts would be a guess`,
  hint: 'Keep the settings in one of them, and remove the other.',
});

const obstaclesOf = {
  ZSCALER_SECRET_NAME: ({ awsRegion }: Settings) =>
    awsRegion === undefined || /^[a-z0-9-]+$/.test(awsRegion)
      ? []
      : [{ setting: 'AWS_REGION', message: 'expected the name of a region', hint: 'For example eu-central-1.' }],
  ZSCALER_MCP_GCP_SECRET_MANAGER: ({ gcpProject, gcpEndpoint, gcpSecrets }: Settings) => [
    ...(gcpProject === undefined
      ? [{ setting: 'GCP_PROJECT_ID', message: 'is not set, and GCP Secret Manager is asked by project', hint: 'Set GCP_PROJECT_ID.' }]
      : []),
    ...(gcpEndpoint === undefined ? [] : urlObstacles('ZSCALER_MCP_GCP_ENDPOINT', gcpEndpoint)),
    ...gcpSecrets.filter((name) => !keepable.has(name)).map(notKeepable),
  ],
  ZSCALER_MCP_VAULT_PATH: ({ vaultAddress, vaultToken, vaultPath = '', vaultMount }: Settings) => [
    ...(vaultAddress === undefined
      ? [{ setting: 'VAULT_ADDR', message: 'is not set, and ZSCALER_MCP_VAULT_PATH needs it', hint: 'Set VAULT_ADDR.' }]
      : urlObstacles('VAULT_ADDR', vaultAddress)),
    ...(vaultToken === undefined
      ? [
          {
            setting: 'VAULT_TOKEN',
            message: 'is not set, and ZSCALER_MCP_VAULT_PATH needs it',
            hint: 'Set VAULT_TOKEN_FILE to the file that the agent keeps the token in, or VAULT_TOKEN.',
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
        message: 'expected names with a slash between them',
        hint: 'What `vault kv get -mount=secret zscaler-mcp` reads has the mount secret and the path zscaler-mcp.',
      })),
  ],
} as const;

const keepable: ReadonlySet<string> = new Set(
  rows.flatMap(([, { env, applies, findsSecrets }]) => (applies === 'boot' || findsSecrets ? [] : [env])),
);

const notKeepable = (name: string): SecretsObstacle => ({
  setting: 'ZSCALER_MCP_GCP_SECRETS',
  message: `names what no secrets manager can set${/^[A-Z0-9_]{1,60}$/.test(name) ? `: ${name}` : ''}`,
  hint: 'Name settings as docs/reference/settings.md does, such as ZSCALER_CLIENT_SECRET.',
});

function urlObstacles(setting: string, raw: string): SecretsObstacle[] {
  try {
    cloudUrl(raw);
    return [];
  } catch {
    return [
      {
        setting,
        message: 'expected a URL that begins with https://, without credentials, query and fragment',
        hint: 'Plain http:// is accepted for 127.0.0.1, ::1 and localhost only: what is read there would travel in the open.',
      },
    ];
  }
}
