import { describe, expect, it } from 'vitest';
import { troubleWith } from './find-server.ts';
import { defaultPidFiles } from './pid-file.ts';

describe('no server', () => {
  it('comes with every place that was looked at', () => {
    const places = defaultPidFiles('/home/somebody');
    const { message } = troubleWith({ path: null, reading: { kind: 'absent' }, note: null, places })!;
    expect(places).toContain('/home/somebody/.zscaler-mcp/server.pid');
    for (const place of places) expect(message).toContain(place);
  });
});
