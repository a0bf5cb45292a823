export { bindCall, type CloudIds, type Send } from './bind-call.ts';
export { catalogue } from './catalogue.ts';
export type { JsonSchema } from './fields.ts';
export type { ToolInput } from './input.ts';
export { Page } from './paging.ts';
export type { Call, Parts, Route } from './request.ts';
export { selectTools, type Selected, type Selection } from './select.ts';
export type { Action, Annotations, Done, Tool } from './tool.ts';
export { services, type Service } from './toolsets.ts';
