/** Renders the reference page of the tools from the catalogue. */
import { catalogue, products } from '../src/tools/index.ts';

interface Property {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly items?: Property;
  readonly minimum?: number;
  readonly maximum?: number;
}

export function renderToolsPage(): string {
  const parts = Object.entries(products).map(([product, toolsets]) => renderProduct(product, toolsets));
  return `# Tools

Made from \`src/tools/\` by \`npm run generate\`; do not edit. ${catalogue.length} tools; those marked *changes the tenant* are
offered only when they are switched on and named, see [settings](settings.md). \`zscaler-mcp tools\` prints what a
configuration offers.

${parts.join('\n')}`;
}

function renderProduct(product: string, toolsets: Readonly<Record<string, string>>): string {
  const parts = Object.entries(toolsets).map(([id, title]) => renderToolset(id, title));
  return `## ${product}\n\n${parts.filter(Boolean).join('\n')}`;
}

function renderToolset(id: string, title: string): string {
  const tools = catalogue.filter(({ toolset }) => toolset === id);
  if (tools.length === 0) return '';
  return `### \`${id}\`: ${title}\n\n${tools.map(renderTool).join('\n')}`;
}

function renderTool(tool: (typeof catalogue)[number]): string {
  const { name, about, action } = tool;
  const { properties = {}, required = [] } = tool.inputSchema() as { properties?: Record<string, Property>; required?: readonly string[] };
  const inputs = Object.entries(properties).map(
    ([input, property]) =>
      `- \`${input}\` (${describeType(property)}${required.includes(input) ? ', required' : ''}): ${escape(property.description ?? '')}`,
  );
  return `#### \`${name}\`\n\n${action === 'read' ? '' : `*Changes the tenant: ${action}.* `}${escape(about)}\n${inputs.length > 0 ? `\n${inputs.join('\n')}\n` : ''}`;
}

function describeType({ type, enum: values, items, minimum, maximum }: Property): string {
  if (values) return values.map((value) => `\`${String(value)}\``).join(' ');
  const range = minimum === undefined && maximum === undefined ? '' : ` ${minimum ?? ''}..${maximum ?? ''}`;
  if (type === 'array') return `list of ${items ? describeType(items) : 'anything'}`;
  return `${type ?? 'anything'}${range}`;
}

/** Escapes angle brackets (HTML) and bars (tables). */
const escape = (text: string): string => text.replaceAll('<', '&lt;').replaceAll('\n', ' ');
