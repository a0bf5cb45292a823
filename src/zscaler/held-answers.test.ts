/** Answers that are too large: of the cloud, of the sign-in service, packed or not, one or all together. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { waitFor } from '../../test/wait.ts';
import { createCloud, TokenCache, Transport, type CloudConfig, type CloudError, type CloudRequest } from './index.ts';
import { HeldAnswers } from './held-answers.ts';

const LIMIT = 100_000;
const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

type Reply = (response: ServerResponse, path: string) => void;

async function startCloud(reply: Reply, { proxied = false, isTokenLarge = false } = {}) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    asked.push(path);
    request.resume();
    response.on('error', () => undefined);
    if (path === '/token' && !isTokenLarge) return response.end('{"access_token":"t","expires_in":3600}');
    return reply(response, path);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const transport = new Transport();
  onTestFinished(async () => {
    await transport.close();
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const cloud: CloudConfig = {
    clientId: 'a',
    clientSecret: 'b',
    cloud: '',
    apiUrl: url,
    tokenUrl: `${url}/token`,
    requestTimeoutMs: 20_000,
    maxRetries: 2,
    answerLimit: LIMIT,
    ...(proxied && { proxy: { http: url, https: url } }),
  };
  const answers = new HeldAnswers();
  const tokens = new TokenCache();
  /** A client for one call. */
  const open = () => {
    const held = answers.open(cloud.answerLimit);
    const client = createCloud(cloud, { tokens, transport, log: quiet, held });
    return { held, send: (request: Partial<CloudRequest> = {}) => client.send({ method: 'GET', path: '/zia/api/v1/things', ...request }) };
  };
  return { open, asked: () => asked.filter((path) => path !== '/token') };
}

const fault = (sending: Promise<unknown>): Promise<CloudError> =>
  sending.then(
    () => expect.unreachable('it was answered'),
    (error: CloudError) => error,
  );

const large = JSON.stringify(Array.from({ length: 40_000 }, (_, id) => ({ id })));

const kinds: Readonly<Record<string, Reply>> = {
  'with its length': (response) => response.end(large),
  'without a length': (response) => {
    for (let at = 0; at < large.length; at += 10_000) response.write(large.slice(at, at + 10_000));
    response.end();
  },
  'in pieces of a byte': (response) => {
    for (let at = 0; at < LIMIT + 10; at++) response.write('1');
    response.end();
  },
  'that is small until it is unpacked': (response) => {
    response.setHeader('content-encoding', 'gzip');
    response.end(gzipSync(Buffer.alloc(30_000_000, '1')));
  },
  'that never ends': (response) => {
    const more = (): void => {
      while (!response.destroyed && response.write('1'.repeat(10_000)));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  },
  'of a failure': (response) => {
    response.statusCode = 503;
    response.end(large);
  },
};

describe.each([
  ['directly', false],
  ['through a proxy', true],
])('an answer of the cloud, %s,', (_how, proxied) => {
  it.each(Object.entries(kinds))('%s fails that call alone, is read no further and asked for once', async (_what, reply) => {
    let isSmall = false;
    let isOver = false;
    const cloud = await startCloud(
      (response, path) => {
        if (isSmall) return void response.end('[]');
        response.once('close', () => (isOver = true));
        reply(response, path);
      },
      { proxied },
    );
    const { held, send } = cloud.open();
    const error = await fault(send());
    expect(error.code).toBe('ERR_CLOUD_SIZE');
    expect(error.message).toContain(`was answered with more than ${LIMIT} bytes, the most that the answers to one call may have`);
    expect(error.hint).toContain('ZSCALER_MCP_CLOUD_ANSWER_LIMIT');
    expect(cloud.asked()).toHaveLength(1);
    await waitFor(() => isOver);
    held.release();
    isSmall = true;
    expect(await cloud.open().send()).toEqual([]);
  });
});

it('says of a change that it may have been made', async () => {
  const cloud = await startCloud((response) => response.end(large));
  const { message } = await fault(cloud.open().send({ method: 'POST', body: { name: 'a' } }));
  expect(message).toContain('it may or may not have taken effect');
});

it('counts all answers of one call, as the pages of a list are', async () => {
  const cloud = await startCloud((response) => response.end(JSON.stringify('x'.repeat(30_000))));
  const call = cloud.open();
  for (let page = 0; page < 3; page++) expect(await call.send()).toHaveLength(30_000);
  expect((await fault(call.send())).code).toBe('ERR_CLOUD_SIZE');
});

it('counts what all calls hold until they end', async () => {
  const cloud = await startCloud((response) => response.end(JSON.stringify('x'.repeat(90_000))));
  const calls = Array.from({ length: 4 }, () => cloud.open());
  for (const { send } of calls) await send();
  const next = cloud.open();
  const error = await fault(next.send());
  expect(error.message).toContain(`the answers to all running calls may have ${4 * LIMIT} bytes together`);
  expect(error.hint).toContain('Try again when other calls have ended');
  calls[0]?.held.release();
  expect(await next.send()).toHaveLength(90_000);
});

it('with more in it than is handled fails that call alone, with what there is too much of', async () => {
  const cloud = await startCloud((response) => {
    response.setHeader('content-type', 'application/json');
    response.end(`[${'['.repeat(300)}${']'.repeat(300)}]`);
  });
  const error = await fault(cloud.open().send());
  expect(error.code).toBe('ERR_CLOUD_SIZE');
  expect(error.message).toContain('was answered with more than is handled: it is nested more than 200 levels deep');
  expect(error.hint).toContain('Narrow the request');
});

it('a token of megabytes is no token', async () => {
  const cloud = await startCloud((response) => response.end(JSON.stringify({ access_token: 'x'.repeat(3_000_000) })), {
    isTokenLarge: true,
  });
  expect(await fault(cloud.open().send())).toMatchObject({
    code: 'ERR_CLOUD_SIZE',
    message: expect.stringMatching(/\(token\) was answered with more than 1048576 bytes/) as string,
  });
});
