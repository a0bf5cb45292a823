/** Inputs shared by many ZIA lists. */
import { count, optional } from '../define.ts';

export const pages = {
  page: optional(count('Which page, from 1; the first without it.', { min: 1 })),
  page_size: optional(count('Rows on a page; without it the API returns 100 or 200.', { min: 1, max: 1000 })),
};
