/**
 * References to a secret, which a tool replaces by the secret before it starts a program: `op://...` of 1Password, and the
 * like. Used as it is, a reference would be sent to the cloud as the secret.
 */
import type { Layer } from './layers.ts';
import { passwordOf } from './mask.ts';

/** How a tool writes a reference to a secret, or an encrypted secret. */
export interface ReferenceForm {
  /** The tool that replaces it. */
  readonly tool: string;
  /** The form, with dots where the name of the secret is. */
  readonly form: string;
  /** Matches the whole value, trimmed. */
  readonly pattern: RegExp;
  /** What starts a program with the secret in its environment. */
  readonly start?: string;
}

/** The first that matches applies; general ones stand last. Random secrets and keys in PEM or JSON match none. */
export const referenceForms: readonly ReferenceForm[] = [
  { tool: '1Password', form: 'op://...', pattern: /^op:\/\/\S/, start: 'op run' },
  { tool: '1Password', form: '{{ op://... }}', pattern: /^\{\{\s*op:\/\/[^}]+\}\}$/, start: 'op run' },
  { tool: 'dotenvx', form: 'encrypted:...', pattern: /^encrypted:\S+$/, start: 'dotenvx run' },
  { tool: 'sops', form: 'ENC[...]', pattern: /^ENC\[AES256_GCM,[^\]]*\]$/, start: 'sops exec-env' },
  { tool: 'hiera-eyaml', form: 'ENC[...]', pattern: /^ENC\[PKCS7,[^\]]*\]$/ },
  { tool: 'an encrypting tool', form: 'ENC[...]', pattern: /^ENC\[[^\]]+\]$/ },
  { tool: 'Jasypt', form: 'ENC(...)', pattern: /^ENC\([^)]+\)$/ },
  { tool: 'vals', form: 'ref+...', pattern: /^(?:secret)?ref\+[a-z0-9_]+:\/\/\S+$/, start: 'vals exec' },
  { tool: 'vault-env of Bank-Vaults', form: 'vault:...', pattern: /^(?:>>)?vault:(?!\/\/)[^\s/#]*[/#]\S*$/, start: 'vault-env' },
  { tool: 'the transit engine of Vault', form: 'vault:v1:...', pattern: /^vault:v\d+:\S+$/ },
  { tool: 'vault-env of Bank-Vaults', form: '${vault:...}', pattern: /^\$\{(?:>>)?vault:[^}]+\}$/, start: 'vault-env' },
  { tool: 'Azure Container Apps', form: 'secretref:...', pattern: /^secretref:[\w.-]+$/ },
  {
    tool: 'Azure Key Vault references of App Service',
    form: '@Microsoft.KeyVault(...)',
    pattern: /^@Microsoft\.KeyVault\(.+\)$/i,
  },
  { tool: 'AWS CloudFormation', form: '{{resolve:...}}', pattern: /^\{\{resolve:[^}]+\}\}$/ },
  {
    tool: 'AWS Secrets Manager',
    form: 'arn:aws:secretsmanager:...',
    pattern: /^arn:aws[a-z-]*:secretsmanager:\S+$/,
    start: 'secrets-init',
  },
  {
    tool: 'AWS Systems Manager Parameter Store',
    form: 'arn:aws:ssm:...',
    pattern: /^arn:aws[a-z-]*:ssm:\S+$/,
    start: 'secrets-init',
  },
  { tool: 'a cloud secrets manager', form: 'aws:secretsmanager:...', pattern: /^(?:aws|gcp|azure):[a-z]+:\S+$/, start: 'secrets-init' },
  {
    tool: 'GCP Secret Manager',
    form: 'projects/.../secrets/...',
    pattern: /^projects\/[^/\s]+\/secrets\/[^/\s]+(?:\/versions\/[^/\s]+)?$/,
    start: 'secrets-init',
  },
  { tool: 'Argo CD Vault Plugin', form: '<path:...>', pattern: /^<path:[^>]+>$/ },
  { tool: 'GitHub Actions', form: '${{ secrets.... }}', pattern: /^\$\{\{[^}]+\}\}$/ },
  { tool: 'Spring Cloud Config', form: '{cipher}...', pattern: /^\{cipher\}\S+$/ },
  { tool: 'Docker', form: '{{DOCKER-SECRET:...}}', pattern: /^\{\{DOCKER-SECRET:[^}]+\}\}$/i },
  { tool: 'Ansible Vault', form: '$ANSIBLE_VAULT;...', pattern: /^\$ANSIBLE_VAULT;/ },
  { tool: 'age', form: '-----BEGIN AGE ENCRYPTED FILE-----', pattern: /^-----BEGIN AGE ENCRYPTED FILE-----/ },
  { tool: 'PGP', form: '-----BEGIN PGP MESSAGE-----', pattern: /^-----BEGIN PGP MESSAGE-----/ },
  { tool: 'Summon', form: '!var ...', pattern: /^!(?:var|secret|vault)(?::\w+)*\s+\S+$/, start: 'summon' },
  { tool: 'berglas', form: 'berglas://...', pattern: /^(?:berglas|sm):\/\/\S+$/, start: 'berglas exec' },
  { tool: 'Keeper Secrets Manager', form: 'keeper://...', pattern: /^keeper:\/\/\S+$/, start: 'ksm exec' },
  { tool: 'a templating tool', form: '{{ ... }}', pattern: /^\{\{[^{}]+\}\}$/ },
  { tool: 'a shell or a deployment tool', form: '${...}', pattern: /^\$\{[A-Za-z_][\w.:/@#-]*\}$/ },
  { tool: 'a shell or a deployment tool', form: '$(...)', pattern: /^\$\([A-Za-z_][^)]*\)$/ },
  { tool: 'a shell or a deployment tool', form: '$NAME', pattern: /^\$[A-Z_][A-Z0-9_]*$/ },
  { tool: 'a shell or a deployment tool', form: '%NAME%', pattern: /^%[A-Z_][A-Z0-9_]*%$/ },
];

/** Dozens of tools write references as a URL of a scheme of their own. No secret has this form, but other settings may. */
const URL_FORM: ReferenceForm = {
  tool: 'a secrets tool',
  form: 'a URL, as in awssm://... or gcpsm://...',
  pattern: /^(?!(?:https?|rediss?|socks\w*):)[a-z][a-z0-9+.-]*:\/\/\S+$/,
};

/** Whether a value is the URL of a file: what holds the secret, in place of the secret. */
export const isFileUrl = (value: string): boolean => /^file:/i.test(value.trim());

/** What is wrong with the URL of a file in place of a secret. Continues a sentence that starts with the name of the setting. */
export const FILE_URL = 'is the URL of a file (file:...), not the value itself';

/** What to do about it. @param fileSetting the setting that takes the path of a file @param name under which the layer has the URL */
export function hintForFileUrl(fileSetting: string, layer: Layer, name: string): string {
  if (layer.kind === 'secrets') return 'Store the value itself in the secrets manager.';
  const { file, line } = layer.place(name);
  const instead = file === null ? '' : `Replace line ${line} of ${file}: `;
  return `${instead}${fileSetting} takes the path of a file that holds the value, without file://.`;
}

/**
 * The form of reference that a value has; null for a value that may be used as it is. Of a list each item counts, of a URL
 * its password too.
 */
export function findReference(value: string, { secret }: { readonly secret?: true }): ReferenceForm | null {
  const texts = [value, ...value.split(',').map((item) => item.trim()), ...passwordOf(value)];
  const forms = secret ? [...referenceForms, URL_FORM] : referenceForms;
  return forms.find(({ pattern }) => texts.some((text) => pattern.test(text))) ?? null;
}

/** What is wrong with a reference in place of a value. Continues a sentence that starts with the name of the setting. */
export const describeReference = ({ tool, form }: ReferenceForm): string => `is a reference of ${tool} (${form}), not the value itself`;

/** How this server itself reads what a manager of secrets keeps, as a further sentence; empty where it cannot. */
function ownWay(tool: string): string {
  if (tool === 'AWS Secrets Manager') return ' Or remove it and name the secret in ZSCALER_SECRET_NAME: the server reads it itself.';
  if (tool === 'GCP Secret Manager')
    return ' Or remove it and set ZSCALER_MCP_GCP_SECRET_MANAGER=true and GCP_PROJECT_ID: the server reads it itself.';
  return '';
}

/** What to do about a reference in a layer. @param secretFile the path of the secret file that it stands in, if it does */
export function hintForReference({ start, tool }: ReferenceForm, name: string, layer: Layer, secretFile?: string): string {
  if (secretFile !== undefined) return `Write the value itself into ${secretFile}.`;
  if (layer.kind === 'secrets') return `Store the value of ${name} itself in the secrets manager.`;
  const resolved = start === undefined ? `let ${tool} replace it before the server starts` : `start the server with \`${start}\``;
  const own = ownWay(tool);
  const { file, line } = layer.place(name);
  if (file !== null && start === undefined)
    return `Put the value itself into line ${line} of ${file}, or let ${tool} write it there before the server starts.${own}`;
  if (file !== null)
    return `Move line ${line} of ${file} to a file that \`${start}\` reads and this server does not, and ${resolved}: the .env stands above the environment that holds the value then.${own}`;
  return `${resolved[0]?.toUpperCase()}${resolved.slice(1)}, which puts the value there.${own}`;
}
