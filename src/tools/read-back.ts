import { messageOf } from '../common/errors.ts';
import type { Call, Route } from './request.ts';
import type { Done } from './tool.ts';

/** The record after a change that the API answers with nothing of use. If it cannot be read, the change was still made, so that is not a failure. */
export async function readBack(call: Call, route: Route): Promise<unknown> {
  try {
    return await call(route);
  } catch (error) {
    const told: Done = { success: true, message: `The change was made. Reading it back failed: ${messageOf(error)}` };
    return told;
  }
}
