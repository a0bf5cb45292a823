export { bindCall } from './bind-call.ts';
export { catalogue } from './catalogue.ts';
export { createGuide, Enabled, type Guide, type SavedEnabled } from './guide/index.ts';
export { Page } from './paging.ts';
export { prompts } from './prompts.ts';
export { readRemoval } from './removal.ts';
export { selectTools, type Selected } from './select.ts';
export type { Tool } from './tool.ts';
export { services } from './toolsets.ts';
