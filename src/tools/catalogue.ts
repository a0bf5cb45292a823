/** Every tool, in a fixed order: by product, then by noun. */
import type { Tool } from './tool.ts';
import { zia } from './zia/index.ts';
import { zid } from './zid/index.ts';
import { zpa } from './zpa/index.ts';

export const catalogue: readonly Tool[] = [...zia, ...zpa, ...zid];
