/** Finding tools cheaply: a few tools about the tools, so that a client need not know all of them from the start. */
export { createGuide, type Guide } from './guide.ts';
export { Enabled, type SavedEnabled } from './enabled.ts';
