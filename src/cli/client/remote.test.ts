import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { AnyOperation } from '../../operations/core/operation.ts';
import { setVariables, unsetVariable } from '../../operations/environments/variables.ts';
import { listRuns } from '../../operations/runs/list-runs.ts';
import { cancelRun } from '../../operations/runs/runs.ts';
import { previewRuns } from '../../operations/tests/tests.ts';
import { createRemoteCaller, requestOf } from './remote.ts';

const request = (operation: unknown, input: Record<string, unknown>) =>
  requestOf(operation as AnyOperation, input);

describe('the request for an operation', () => {
  it('has the input in its path, its query or its body', () => {
    expect(request(listRuns, { environment: 'us', state: undefined, limit: 5 })).toEqual({
      path: '/api/runs?environment=us&limit=5',
      body: undefined,
    });
    expect(request(cancelRun, { id: 7 })).toEqual({ path: '/api/runs/7/cancel', body: undefined });
    expect(request(unsetVariable, { name: 'A/B?', environment: undefined }).path).toBe(
      '/api/variables/A%2FB%3F',
    );
    expect(request(setVariables, { environment: 'us', variables: [] })).toEqual({
      path: '/api/variables',
      body: { environment: 'us', variables: [] },
    });
  });
});

it('refuses tests of Playwright for a server that would drop them', async () => {
  const sent: string[] = [];
  let selection: object = { properties: { tests: {} } };
  let components: object = {};
  const server = createServer((incoming, response) => {
    sent.push(incoming.url ?? '');
    const schema = { properties: { selection } };
    const post = { requestBody: { content: { 'application/json': { schema } } } };
    response.end(JSON.stringify({ paths: { '/api/runs/preview': { post } }, components }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const preview = async (of: object) => {
    sent.length = 0;
    const caller = createRemoteCaller({
      ...{ url: `http://127.0.0.1:${port}`, token: undefined, traceParent: undefined },
    });
    const input = { environments: [], selection: { tests: [], ...of } };
    const error = await caller.call(previewRuns, input).catch(({ code }) => code);
    await caller.close();
    return [error, sent.includes('/api/runs/preview')];
  };

  expect(await preview({ playwright: {} })).toEqual(['SERVER_TOO_OLD', false]);
  // The stand-in sends no preview.
  expect(await preview({})).toEqual(['SERVER_UNREACHABLE', true]);
  selection = { properties: { tests: { examples: [{ playwright: {} }] } } };
  expect(await preview({ playwright: {} })).toEqual(['SERVER_TOO_OLD', false]);
  selection = { properties: { tests: {}, playwright: {} } };
  expect(await preview({ playwright: {} })).toEqual(['SERVER_UNREACHABLE', true]);
  selection = { anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/Selection%20of~1tests' }] };
  components = {
    schemas: { 'Selection of/tests': { allOf: [selection, { properties: { playwright: {} } }] } },
  };
  expect(await preview({ playwright: {} })).toEqual(['SERVER_UNREACHABLE', true]);
  server.close();
});

describe('a server that does not answer', () => {
  it('may have executed a change, once the request was sent', async () => {
    const server = createServer((incoming) => incoming.socket.destroy()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const caller = createRemoteCaller({
      url: `http://127.0.0.1:${port}`,
      token: undefined,
      traceParent: undefined,
    });
    const codes = async () => {
      const calls = [caller.call(listRuns, {}), caller.call(cancelRun, { id: 7 })];
      return (await Promise.allSettled(calls)).map((call) => 'reason' in call && call.reason.code);
    };

    expect(await codes()).toEqual(['SERVER_UNREACHABLE', 'RESPONSE_MISSING']);
    server.close();
    await once(server, 'close');
    expect(await codes()).toEqual(['SERVER_UNREACHABLE', 'SERVER_UNREACHABLE']);
    await caller.close();
  });
});
