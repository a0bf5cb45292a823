import { specTypeSchemas } from '@modelcontextprotocol/server';
import { expect, it } from 'vitest';
import { introduce } from './introduce.ts';

it('introduces the server as the protocol wants it, with a web site and an icon that needs no other server', () => {
  const info = introduce('1.2.3');
  expect(specTypeSchemas.Implementation['~standard'].validate(info)).not.toHaveProperty('issues');
  expect(info.websiteUrl).toMatch(/^https:/);
  expect(info.icons?.[0]?.src).toMatch(/^data:image\/svg\+xml;base64,/);
  expect(JSON.stringify(info).length).toBeLessThan(512);
});
