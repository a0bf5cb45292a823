/** Problems found while settings are read. */
import type { Problem } from '../common/problem.ts';

export type { Problem };

/** A problem with a file as a whole. */
export const fileProblem = (file: string, message: string, hint: string): Problem => ({ setting: null, file, line: null, message, hint });
