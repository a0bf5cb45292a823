/** Every command. To add one, write its file and add it here. */
import type { Command } from '../command.ts';
import { check } from './check.ts';
import { generateAuthToken } from './generate-auth-token.ts';
import { help } from './help.ts';
import { reload } from './reload.ts';
import { restart } from './restart.ts';
import { serve } from './serve.ts';
import { status } from './status.ts';
import { stop } from './stop.ts';
import { tools } from './tools.ts';
import { version } from './version.ts';

/** In the order of help and of the reference page. */
export const commands: readonly Command[] = [serve, reload, restart, status, stop, check, tools, generateAuthToken, help, version];
