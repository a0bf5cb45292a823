export { toLine, type AuditEvent, type Decision } from './event.ts';
export { complaintOn, type ClaimOn } from './file.ts';
export { formatCall, formatFailure, formatQuery, formatSuccess, shortHash, type Caller } from './format.ts';
export { redact, redactText } from './redact.ts';
export { AuditLog } from './writer.ts';
