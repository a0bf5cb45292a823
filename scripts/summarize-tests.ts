/** Prints a one-line summary of the last test run at the end of the log. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const report = JSON.parse(readFileSync(join(import.meta.dirname, '../results/tests.json'), 'utf8')) as {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
};
console.error(`skipped tests: ${report.numPendingTests}`);
process.stdout.write(`${report.numPassedTests} passed, ${report.numFailedTests} failed, ${report.numPendingTests} skipped\n`);
if (report.numPassedTests === 0) process.exitCode = 1;
