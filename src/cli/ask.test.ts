import { afterEach, expect, it, vi } from 'vitest';
import { printOperation } from './print.ts';
import { askServer } from './ask.ts';

afterEach(() => vi.unstubAllGlobals());

it.each(['reload', 'restart'] as const)('on Windows %s says what to do instead, with exit code 2', async (kind) => {
  vi.stubGlobal('process', { ...process, platform: 'win32' });
  const operation = await askServer(kind, {}, { pidFile: null, home: undefined });
  vi.unstubAllGlobals();
  const said: string[] = [];
  const printer = {
    out: (text: string) => said.push(text),
    err: (text: string) => said.push(text),
    canvas: { width: null, hasColour: false },
  };
  expect(printOperation(operation, false, printer)).toBe(2);
  expect(said[0]).toContain(`${kind} is not supported on Windows: stop the server, and let its supervisor start it again`);
});
