import { expect, it } from 'vitest';
import { unitIn } from './surroundings.ts';

it.each([
  ['a service of the system', '0::/system.slice/zscaler-mcp.service\n', 'zscaler-mcp.service'],
  ['a service of a user', '0::/user.slice/user-1000.slice/user@1000.service/app.slice/zscaler-mcp.service\n', 'zscaler-mcp.service'],
  ['a group below a service', '0::/system.slice/zscaler-mcp@one.service/payload\n', 'zscaler-mcp@one.service'],
  ['several hierarchies', '8:pids:/system.slice/a.service\n1:name=systemd:/system.slice/a.service\n0::/\n', 'a.service'],
  ['a container', '0::/docker/0123456789abcdef\n', null],
  ['a name that would act on a terminal', '0::/system.slice/\u001b[31m.service\n', null],
])('finds the unit of %s', (_what, cgroups, unit) => expect(unitIn(cgroups)).toBe(unit));
