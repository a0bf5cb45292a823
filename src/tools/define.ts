/** The vocabulary that tools are written in. */
export { collection, type Compose, type Writing } from './collection.ts';
export {
  advanced,
  anyCase,
  count,
  counts,
  decimal,
  encoded,
  flag,
  id,
  inBoth,
  inQuery,
  initially,
  oneOf,
  onWire,
  optional,
  record,
  records,
  secret,
  spread,
  text,
  texts,
  unsent,
  type Fields,
} from './fields.ts';
export { Page, readPage, type Paging } from './paging.ts';
export { query } from './query.ts';
export type { Call } from './request.ts';
export { settings } from './settings.ts';
export { tool, type Product } from './tool.ts';
export { wireNames } from './wire-names.ts';
