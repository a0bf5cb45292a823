/** The vocabulary that tools are written in. */
export { collection, type Compose, type Writing } from './collection.ts';
export {
  advanced,
  count,
  decimal,
  encoded,
  flag,
  id,
  inBoth,
  initially,
  oneOf,
  onWire,
  optional,
  record,
  text,
  texts,
  type Fields,
} from './fields.ts';
export { Page, readPage } from './paging.ts';
export type { Call } from './request.ts';
export { tool, type Product } from './tool.ts';
