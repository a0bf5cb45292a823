// Type tests: each directive must be needed, or the compiler fails.
import { collection, count, flag, id, optional, text, tool } from './define.ts';
import { zia } from './zia/product.ts';

tool(zia, 'ok', { toolset: 'zia_admin', action: 'read', about: '', call: 'GET /x/{label_id}', input: { label_id: id('') } });
// @ts-expect-error a `{name}` of the route must be an input
tool(zia, 'a', { toolset: 'zia_admin', action: 'read', about: '', call: 'GET /x/{label_id}', input: {} });
// @ts-expect-error … also when there is no input at all
tool(zia, 'a', { toolset: 'zia_admin', action: 'read', about: '', call: 'GET /x/{label_id}' });
// … except for what the configuration fills in
tool(zia, 'b', { toolset: 'zia_admin', action: 'read', about: '', call: 'GET /customers/{customerId}/x' });
// @ts-expect-error a toolset must be one that exists
tool(zia, 'c', { toolset: 'nope', action: 'read', about: '', call: 'GET /x' });
// @ts-expect-error … and belong to the product
tool(zia, 'c', { toolset: 'zpa_segment_groups', action: 'read', about: '', call: 'GET /x' });
// @ts-expect-error an action is one of four words
tool(zia, 'd', { toolset: 'zia_admin', action: 'write', about: '', call: 'GET /x' });
// @ts-expect-error a route starts with a method
tool(zia, 'e', { toolset: 'zia_admin', action: 'read', about: '', call: '/x' });
// @ts-expect-error either `call` or `run`
tool(zia, 'e', { toolset: 'zia_admin', action: 'read', about: '' });
// @ts-expect-error not both
tool(zia, 'e', { toolset: 'zia_admin', action: 'read', about: '', call: 'GET /x', run: async () => 1 });
// @ts-expect-error input names are checked inside run
tool(zia, 'f', { toolset: 'zia_admin', action: 'read', about: '', input: { a: text('') }, run: async (_, { b }) => b });
// @ts-expect-error … and their types
tool(zia, 'f', { toolset: 'zia_admin', action: 'read', about: '', input: { a: count('') }, run: async (_, { a }) => a.length });
// @ts-expect-error what is optional may be missing
tool(zia, 'f', { toolset: 'zia_admin', action: 'read', about: '', input: { a: optional(text('')) }, run: async (_, { a }) => a.length });
// @ts-expect-error an id ends in _id
collection(zia, { noun: 'x', toolset: 'zia_admin', path: '/x', id: 'label', about: '', fields: {} });
// @ts-expect-error required names are field names
collection(zia, { noun: 'x', toolset: 'zia_admin', path: '/x', id: 'x_id', about: '', fields: { a: text('') }, required: ['b'] });
// @ts-expect-error initial values have the type of their field
collection(zia, { noun: 'x', toolset: 'zia_admin', path: '/x', id: 'x_id', about: '', fields: { a: flag('') }, initially: { a: 'yes' } });
