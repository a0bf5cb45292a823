/** The vocabulary that tools are written in. */
export { collection, type Collection } from './collection.ts';
export {
  advanced,
  count,
  encoded,
  flag,
  id,
  inBoth,
  initially,
  inQuery,
  oneOf,
  onWire,
  optional,
  record,
  text,
  texts,
  type Field,
  type Fields,
  type Input,
} from './fields.ts';
export { Page, readPage } from './paging.ts';
export type { Call } from './request.ts';
export { tool, type Product, type Tool } from './tool.ts';
