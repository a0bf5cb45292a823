/** The reference page of the exit codes, from the table that the commands use. */
import { exitCodes, type CommandName } from '../src/cli/exit-codes.ts';

const commands: readonly CommandName[] = ['serve', 'reload', 'restart', 'status', 'stop', 'check', 'tools'];

export function renderExitCodesPage(): string {
  const rows = exitCodes.map(
    ({ code, name, means }) => `| ${code} | ${name} | ${commands.map((command) => means[command] ?? '').join(' | ')} |`,
  );
  const advice = exitCodes.filter((row) => row.advice !== '').map((row) => `- **${row.code}**: ${row.advice}`);
  return `# Exit codes

Made from \`src/cli/exit-codes.ts\` by \`npm run generate\`; do not edit.

| code | name | ${commands.map((command) => (command === 'serve' ? 'the server itself' : `\`${command}\``)).join(' | ')} |
|---|---|${commands.map(() => '---|').join('')}
${rows.join('\n')}

## What to do next

${advice.join('\n')}
`;
}
