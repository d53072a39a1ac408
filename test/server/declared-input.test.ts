import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Fault } from '../../src/faults/fault.ts';
import { operations } from '../../src/operations/all.ts';
import type { AnyOperation } from '../../src/operations/core/operation.ts';
import { startTestServer, type TestServer } from '../support/app.ts';
import { namedRunner } from '../support/runner.ts';
import { createSender } from './send.ts';
import { marker, partsOf, placeOf, requestOf, validInput, wrongRequests } from './wrong-requests.ts';

const token = 'a-long-and-random-word-for-this-test';

let server: TestServer;
let sender: ReturnType<typeof createSender>;
let viewerToken: string;
/** The inputs with which each operation was called. */
const calls = new Map<string, unknown[]>();

beforeAll(async () => {
  server = await startTestServer({
    settings: { MATRE_SIGN_IN: 'on', MATRE_TOKEN: token },
    parts: { runner: namedRunner },
  });
  sender = createSender(server.url);
  const headers = { authorization: `Bearer ${token}` };
  viewerToken = (await server.ask('POST', '/api/tokens', { name: 'v', role: 'viewer' }, headers)).body.secret;
  await server.app.context.database.query('DELETE FROM audit');
  for (const operation of operations) {
    const refuse = async (_context: unknown, input: unknown): Promise<never> => {
      calls.set(operation.name, [...(calls.get(operation.name) ?? []), input]);
      throw new Fault('NOT_FOUND', 'The operation was called.');
    };
    vi.spyOn(operation, 'run').mockImplementation(refuse);
    if (operation.stream) {
      vi.spyOn(operation as Required<AnyOperation>, 'stream').mockImplementation(refuse);
    }
  }
});
afterAll(async () => {
  vi.restoreAllMocks();
  sender?.close();
  await server?.close();
});

const send = (request: Parameters<typeof sender.send>[0], secret = token) =>
  sender.send({ ...request, headers: { authorization: `Bearer ${secret}`, ...request.headers } });
const auditEntries = () => server.app.context.database.query('SELECT * FROM audit');
const codeOf = (text: string) => JSON.parse(text).code as string;

/** Sends wrong requests; returns those that were not refused as invalid, or reached the operation. */
async function mistakes(operation: AnyOperation, secret: string, select = (_index: number) => true) {
  const mistaken: string[] = [];
  for (const [index, { what, request }] of wrongRequests(operation).entries()) {
    if (!select(index)) continue;
    calls.delete(operation.name);
    const { status, text } = await send(request, secret);
    if (status !== 400 || codeOf(text) !== 'INPUT_INVALID')
      mistaken.push(`${what}: ${status} ${text.slice(0, 200)}`);
    else if (calls.has(operation.name)) mistaken.push(`${what}: called`);
    else if (text.length > 4_500) mistaken.push(`${what}: an answer of ${text.length} characters`);
  }
  return mistaken;
}

describe.each(operations.map((operation) => [operation.name, operation] as const))(
  '%s',
  (name, operation) => {
    it('gets a valid input as it was sent', async () => {
      calls.delete(name);
      // What is refused here is refused by the operation itself, which is replaced.
      expect((await send(requestOf(operation, partsOf(operation)))).status).toBe(404);
      expect(calls.get(name)).toEqual([validInput(operation)]);
      await server.app.context.database.query('DELETE FROM audit');
    });

    it('is not called with any field in a wrong form or place, which is refused before the role is checked', async () => {
      expect(await mistakes(operation, token)).toEqual([]);
      expect(await mistakes(operation, viewerToken, (index) => index % 7 === 0)).toEqual([]);
      expect(await auditEntries()).toEqual([]);
    });

    it('gets no field from a header', async () => {
      for (const field of Object.keys(operation.input.shape)) {
        if (placeOf(operation, field) === 'path') continue;
        calls.delete(name);
        const parts = partsOf(operation, [field]);
        await send(requestOf(operation, { ...parts, headers: { [field]: marker } }));
        expect(JSON.stringify(calls.get(name) ?? [])).not.toContain(marker);
      }
      expect(JSON.stringify(await auditEntries())).not.toContain(marker);
      await server.app.context.database.query('DELETE FROM audit');
    });
  },
);

describe('routes that are no operations', () => {
  it.each([
    ['GET', '/api/session'],
    ['GET', '/api/openapi.json'],
    ['GET', '/api/events'],
    ['GET', '/api/runs/1/log/stream'],
    ['GET', '/api/runs/1/artifacts/run.log'],
    ['GET', '/metrics'],
    ['DELETE', '/api/session'],
    ['POST', '/api/session'],
    ['POST', '/api/session/password'],
    ['POST', '/api/first-admin'],
    ['POST', '/api/session/reset'],
  ])('%s %s refuses an unknown field in the query', async (method, path) => {
    const { status, text } = await send({ method, path: `${path}?${marker}=1` });
    expect({ status, text }).toMatchObject({
      status: 400,
      text: expect.stringContaining(`${marker}: is no field of the query`),
    });
  });

  it('sign-in takes its fields from the body alone, and names the field and the place', async () => {
    const { status, text } = await send({
      method: 'POST',
      path: '/api/session?password=a',
      headers: { 'content-type': 'application/json' },
      body: '{"name":"ada"}',
    });
    expect(status).toBe(400);
    expect(JSON.parse(text).detail).toBe(
      'The input is not valid. password: is a field of the body, not of the query.',
    );
  });

  it.each([
    '/api/runs/1/artifacts/a%00b',
    '/api/runs/1/artifacts/a%0ab',
    `/api/runs/1/artifacts/${'x'.repeat(1001)}`,
  ])('refuses the path %s of an artifact', async (path) => {
    expect((await send({ method: 'GET', path })).status).toBeOneOf([400, 404]);
  });

  it.each([`/assets/${'x'.repeat(300)}`, '/assets/a%00b', '/assets/a%0ab', `/${'x/'.repeat(3000)}`])(
    'has no page file %s',
    async (path) => {
      expect((await send({ method: 'GET', path })).status).toBeOneOf([400, 403, 404, 414]);
    },
  );
});
