/** The vocabulary that tools are written in. */
export { collection } from './collection.ts';
export { advanced, count, encoded, flag, id, inBoth, onWire, optional, text, texts } from './fields.ts';
export { Page, readPage } from './paging.ts';
export type { Call } from './request.ts';
export { tool, type Product } from './tool.ts';
