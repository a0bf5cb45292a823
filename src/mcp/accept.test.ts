import { expect, it } from 'vitest';
import { accepts } from './accept.ts';

it.each<[header: string | null, json: boolean, events: boolean]>([
  [null, true, true],
  ['', true, true],
  [' , ', true, true],
  ['*/*', true, true],
  ['application/json, text/event-stream', true, true],
  ['APPLICATION/JSON;charset=utf-8,Text/Event-Stream', true, true],
  ['text/*', false, true],
  ['application/*;q=0.1', true, false],
  ['application/json', true, false],
  ['text/event-stream', false, true],
  ['application/json;q=0, */*', false, true],
  ['*/*;q=0, application/json;q=0.5', true, false],
  ['text/html, */*; q=0.8', true, true],
  ['text/html', false, false],
  ['application/jsonx, text/event-streamx', false, false],
  ['application/json;q=0.0, text/event-stream;q=0', false, false],
  ['application/json;q=x, text/event-stream', false, true],
])('Accept: %s takes JSON: %s, event streams: %s', (header, json, events) => {
  expect([accepts(header, 'application/json'), accepts(header, 'text/event-stream')]).toEqual([json, events]);
});
