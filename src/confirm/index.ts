export { Confirmations, type ConfirmationsOptions, type Fault, type Proof, type Purpose, type Subject } from './confirmations.ts';
export { ConfirmationDesk, type SavedDesk } from './desk.ts';
export { describeRemoval, type Removal } from './question.ts';
export { openRing, randomSecret } from './seal.ts';
export { UsedHere, type SavedUse, type UsedOnce } from './single-use.ts';
