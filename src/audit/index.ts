export { formatAsked, formatCall, formatFailure, formatSuccess, shortHash, type Caller } from './format.ts';
export { redact, redactText } from './redact.ts';
