export { quoteForPerson } from './line.ts';
export { restore, restoreText, sanitize, sanitizeText } from './sanitize.ts';
