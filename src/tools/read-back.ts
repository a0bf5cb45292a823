import { messageOf } from '../common/errors.ts';
import type { Call, Route } from './request.ts';
import type { Done } from './tool.ts';

/** The record after a change that the API answers with nothing of use. The change stands even if it cannot be read back, so that is no failure. */
export async function readBack(call: Call, route: Route): Promise<unknown> {
  try {
    return await call(route);
  } catch (error) {
    const told: Done = { success: true, message: `The change was made. Reading it back failed: ${messageOf(error)}` };
    return told;
  }
}
