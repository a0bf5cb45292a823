/** Generates inputs that are valid on the demo tenant: IDs come from the tool that the description of the input names. */
import { findTool, type Demo } from './demo.ts';
import { one, shapeOf, toolsIn, valid, type Property } from './inputs.ts';

export type Input = Record<string, unknown>;
type Row = Readonly<Record<string, unknown>>;

/** Texts that exist in the tenant. */
const told: Readonly<Record<string, Input>> = {
  zia_geo_search: { action: 'geo_by_ip', ip: '192.0.2.1' },
  zia_get_url_category_predefined: { name: 'FINANCE' },
  zia_update_url_category_predefined: { name: 'TRAVEL' },
  zia_update_url_category: { category_id: 'CUSTOM_01' },
  zia_delete_url_category: { category_id: 'CUSTOM_01' },
  zia_remove_urls_from_category: { category_id: 'CUSTOM_01' },
  get_zpa_scim_attribute: { idp_name: 'Harbor Lantern Sign-In' },
  get_zpa_scim_group: { idp_name: 'Harbor Lantern Sign-In' },
  zid_get_group_users_by_name: { name: 'Crew' },
  zid_get_user_groups_by_name: { name: 'Mara Quillfeather' },
  zcc_get_device_otp: { udid: '00000000-0000-4000-8000-000000000001:501' },
  zia_update_malware_settings: { settings: { virusBlocked: true } },
  zia_update_atp_settings: { settings: { tor_blocked: true } },
  zia_update_advanced_settings: { settings: { ui_session_timeout: 600 } },
  zia_update_mobile_advanced_settings: { settings: { block_apps_sending_location_info: true } },
  zia_create_time_interval: { start_time: 480, end_time: 1080 },
  zia_update_time_interval: { start_time: 480, end_time: 1080 },
  zpa_create_pra_credential: { credential_type: 'PASSWORD', password: 'made-up-secret' },
  zpa_update_pra_credential: { password: 'made-up-secret' },
};

/** Inputs with a required format, for all tools. */
const usual: Input = {
  rule_type: 'WEBMAIL',
  idp_name: 'Harbor Lantern Sign-In',
  enrollment_cert_name: 'Connector',
  rule_text: 'alert tcp any any -> any 80 (msg:"crane"; content:"x"; sid:1000001; rev:1;)',
  dynamic_discovery: true,
  query: '[?name]',
  microtenant_id: '0', // the default one, in which most records are
  start_time: 1_790_000_000_000,
  end_time: 1_790_400_000_000,
};

/** The required inputs. */
export async function leastInput(demo: Demo, name: string): Promise<Input> {
  const { required } = shapeOf(findTool(name));
  return inputOf(demo, name, required);
}

/** All inputs of the tool. */
export async function mostInput(demo: Demo, name: string): Promise<Input> {
  // With different values from the minimal inputs, since names must be unique.
  return inputOf(demo, name, Object.keys(shapeOf(findTool(name)).properties), ' most');
}

async function inputOf(demo: Demo, name: string, params: readonly string[], salt = ''): Promise<Input> {
  const input: Input = { ...told[name] };
  for (const param of params) if (!(param in input)) input[param] = await valueFor(demo, name, param, input, salt);
  return input;
}

/** One value for an input, given the others. */
export async function valueFor(demo: Demo, name: string, param: string, given: Input, salt = ''): Promise<unknown> {
  const schema = shapeOf(findTool(name)).properties[param] ?? {};
  return usual[param] ?? (await seededFor(demo, param, schema, given)) ?? schema.examples?.[0] ?? one(valid(schema), name + param + salt);
}

/** The ID of a record that exists, if the description of the input names a tool that shows some. */
async function seededFor(demo: Demo, name: string, schema: Property, given: Input): Promise<unknown> {
  const [source] = toolsIn(schema.description ?? '');
  if (source === undefined || !isId(name)) return undefined;
  const row = await firstRow(demo, source, given);
  const id = row?.[name] ?? row?.[camel(name)] ?? row?.[camel(name.replace('icc_', 'icc'))] ?? row?.['id'];
  if (typeof id !== 'string' && typeof id !== 'number' && typeof id !== 'bigint') return undefined;
  if (schema.type === 'integer') return Number(id);
  return schema.type === 'array' ? [String(id)] : String(id);
}

const isId = (name: string): boolean => /(id|ids|_key|_raw|log_type)$/.test(name);
const camel = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

async function firstRow(demo: Demo, source: string, given: Input): Promise<Row | undefined> {
  const { properties, required } = shapeOf(findTool(source));
  const input: Input = { ...('rule_type' in properties && { rule_type: 'WEBMAIL' }) };
  for (const name of required) input[name] ??= given[name] ?? (await seededFor(demo, name, properties[name]!, given));
  if (required.some((name) => input[name] === undefined)) return undefined;
  const answer = await demo.call(source, input);
  const { pageDetails } = answer as { pageDetails?: { content: Row[] } };
  const rows = pageDetails?.content ?? answer;
  return Array.isArray(rows) ? (rows[0] as Row | undefined) : (rows as Row);
}
