export { bindCall } from './bind-call.ts';
export { catalogue } from './catalogue.ts';
export { Page } from './paging.ts';
export { readRemoval } from './removal.ts';
export { selectTools, type Selected } from './select.ts';
export type { Tool } from './tool.ts';
export { services } from './toolsets.ts';
