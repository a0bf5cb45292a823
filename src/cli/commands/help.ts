/** `zscaler-mcp --help`. */
import { describeSettings } from '../../settings/index.ts';

export const help = (): string => `zscaler-mcp: an MCP server for the Zscaler cloud that can be reconfigured while it runs

Usage
  zscaler-mcp [options]             serve (stdio, unless --transport says otherwise)
  zscaler-mcp reload  [options]     read the .env again and apply what applies live; sessions survive
  zscaler-mcp restart [options]     exec a fresh Node.js in place: same PID, same socket, new code and configuration
  zscaler-mcp status  [options]     what runs, and where its environment comes from
  zscaler-mcp stop    [options]     finish what runs, then end
  zscaler-mcp check   [options]     try a configuration without starting anything
  zscaler-mcp tools   [options]     what would be offered to clients, and why the rest is not

Options of the commands
  --pid-file PATH                   the server meant; also for serve: where its PID file goes
  --json                            one JSON object on stdout
  --timeout SECONDS                 reload, restart, stop: how long to wait (30)
  --dry-run                         reload, restart: say what would change, change nothing
  --no-wait                         reload, restart: do not wait for the verdict
  --expect-generation N             reload, restart: refuse if another generation runs
  --keep-sessions                   restart: MCP sessions go on under the same ids
  --force                           stop: SIGKILL after the timeout

Options to serve, and of check and tools
${describeSettings()}
  --demo                            serve the embedded demo tenant instead of a cloud; loopback only
  --generate-auth-token             print a new key for ZSCALER_MCP_AUTH_API_KEY, and end; nothing is written
  -h, --help                        this text
  -v, --version                     the version

Exit codes: 0 done, 2 wrong usage, 3 a restart is pending (reload) or not running (status), 4 refused,
5 rolled back, 6 timed out, 7 not running, 75 busy, 77 not permitted.`;
