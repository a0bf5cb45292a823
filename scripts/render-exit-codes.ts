/** Renders the reference page of the exit codes from the table of codes and the records of the commands. */
import { commands } from '../src/cli/commands/index.ts';
import { exitCodes } from '../src/cli/exit-codes.ts';

export function renderExitCodesPage(): string {
  // Commands with the same exit codes share a column.
  const columns = [...Map.groupBy(commands, ({ exits }) => exits)].map(([exits, alike]) => ({
    exits,
    title: alike.map(({ name, isServer }) => (isServer ? 'the server itself' : `\`${name}\``)).join(', '),
  }));
  const rows = exitCodes.map(({ code, name }) => `| ${code} | ${name} | ${columns.map(({ exits }) => exits[code] ?? '').join(' | ')} |`);
  const nextSteps = exitCodes
    .filter(({ advice }) => advice.length > 0)
    .map(({ code, advice }) => `- **${code}**: ${advice.map(({ text }) => text).join(' ')}`);
  return `# Exit codes

Made from \`src/cli/exit-codes.ts\` and \`src/cli/commands/\` by \`npm run generate\`; do not edit.

| code | name | ${columns.map(({ title }) => title).join(' | ')} |
|---|---|${columns.map(() => '---|').join('')}
${rows.join('\n')}

## What to do next

${nextSteps.join('\n')}
`;
}
