import type { Tool } from './tool.ts';
import { zcc } from './zcc/index.ts';
import { zcell } from './zcell/index.ts';
import { zdx } from './zdx/index.ts';
import { zeasm } from './zeasm/index.ts';
import { zia } from './zia/index.ts';
import { zid } from './zid/index.ts';
import { zins } from './zins/index.ts';
import { zms } from './zms/index.ts';
import { zpa } from './zpa/index.ts';
import { ztw } from './ztw/index.ts';

/** Every tool there is, in a fixed order: by product, then by noun. Which of them a server offers, `selectTools` decides. */
export const catalogue: readonly Tool[] = [...zia, ...zpa, ...zid, ...zcc, ...ztw, ...zeasm, ...zdx, ...zcell, ...zins, ...zms];
