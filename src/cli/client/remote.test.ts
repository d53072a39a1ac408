import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { AnyOperation } from '../../operations/core/operation.ts';
import { setVariables, unsetVariable } from '../../operations/environments/variables.ts';
import { cancelRun, listRuns } from '../../operations/runs/runs.ts';
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
