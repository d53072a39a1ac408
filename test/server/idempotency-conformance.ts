import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Principal } from '../../src/model/access.ts';
import { authorizeAndRun } from '../../src/operations/core/authorize.ts';
import { parseInput } from '../../src/operations/core/operation.ts';
import { submitRuns } from '../../src/operations/runs/runs.ts';
import { startTestServer, type TestServer } from '../support/app.ts';
import type { Kind } from '../support/database.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { startRedis } from '../support/redis.ts';
import { namedRunner } from '../support/runner.ts';

/** Idempotent requests, for every kind of database. */
export function idempotencyConformance(kind: Kind): void {
  describe(`idempotency key on ${kind}`, () => {
    let server: TestServer;
    const closers: (() => Promise<void>)[] = [];
    beforeAll(async () => {
      const settings: Record<string, string> = {};
      if (kind === 'postgres') {
        const [postgres, redis] = await Promise.all([sharedPostgres({ schema: true }), startRedis()]);
        closers.push(postgres.drop, redis.stop);
        Object.assign(settings, { DATABASE_URL: postgres.url, LOCK_DSN: redis.url });
      }
      server = await startTestServer({ settings, parts: { runner: namedRunner } });
      for (const code of ['us', 'es']) {
        const shop = { code, baseUrl: 'https://example.com', adminUsername: 'admin' };
        await server.ask('POST', '/api/environments', shop);
      }
    });
    afterAll(async () => {
      await server?.close();
      for (const close of closers) await close();
    });

    const body = { environments: ['us', 'es'], selection: { tests: ['PassHome'] } };
    const submit = (key: string, more: object = {}) =>
      server.ask('POST', '/api/runs', { ...body, ...more }, { 'idempotency-key': key });
    const ids = async (): Promise<number[]> =>
      (await server.ask('GET', '/api/runs?limit=200')).body.runs.map(({ id }: { id: number }) => id);

    it('returns the same response to a repeat, even though the run has changed', async () => {
      const key = randomUUID();
      const first = await submit(key);
      expect(first.status).toBe(200);
      await server.ask('POST', `/api/runs/${first.body.runs[0].id}/cancel`);
      const before = await ids();
      // The order of fields does not matter, nor do omitted defaults.
      const repeat = await submit(key, { selection: { groups: [], tests: ['PassHome'] }, priority: 0 });
      expect(repeat.status).toBe(200);
      expect(repeat.body).toEqual(first.body);
      expect(await ids()).toEqual(before);
    });

    it('creates one run for concurrent requests', async () => {
      const key = randomUUID();
      const before = await ids();
      const responses = await Promise.all(Array.from({ length: 8 }, () => submit(key)));
      for (const answer of responses) expect(answer).toMatchObject({ status: 200, body: responses[0]?.body });
      expect(await ids()).toHaveLength(before.length + 2);
    });

    it('is refused for a different request', async () => {
      const key = randomUUID();
      const { body: first } = await submit(key);
      const before = await ids();
      const other = await submit(key, { priority: 1 });
      expect(other.body).toMatchObject({ status: 422, code: 'IDEMPOTENCY_KEY_REUSED' });
      const { id } = first.runs[0];
      await server.ask('POST', `/api/runs/${id}/cancel`);
      const retry = await server.ask('POST', `/api/runs/${id}/retry`, {}, { 'idempotency-key': key });
      expect(retry.body).toMatchObject({ status: 422, code: 'IDEMPOTENCY_KEY_REUSED' });
      expect(await ids()).toEqual(before);
    });

    it('can be used again when nothing was created', async () => {
      const key = randomUUID();
      expect((await submit(key, { environments: ['us', 'nowhere'] })).status).toBe(404);
      expect((await submit(key)).status).toBe(200);
    });

    it('works for a retry', async () => {
      const [{ id }] = (await submit(randomUUID())).body.runs;
      await server.ask('POST', `/api/runs/${id}/cancel`);
      const headers = { 'idempotency-key': randomUUID() };
      const retry = () => server.ask('POST', `/api/runs/${id}/retry`, {}, headers);
      const first = await retry();
      expect(first.body).toMatchObject({ retryOf: id, state: 'queued' });
      expect((await retry()).body).toEqual(first.body);
      expect((await ids())[0]).toBe(first.body.id);
    });

    it('is that of one user and of the tokens of that user: others get nothing of its response', async () => {
      const { context } = server.app;
      const input = parseInput(submitRuns, body);
      const key = randomUUID();
      const submitAs = async (principal: Pick<Principal, 'accountId' | 'tokenId'>) => {
        const request = {
          principal: { name: 'x', role: 'operator', via: 'token', ...principal },
          key,
        } as const;
        const { runs } = await authorizeAndRun(context, submitRuns, input, request);
        return runs.map(({ id }) => id);
      };
      const principals = [{ accountId: 1 }, { accountId: 2 }, { tokenId: 1 }, { tokenId: 2 }, {}];
      const first: number[][] = [];
      for (const each of principals) first.push(await submitAs(each));
      expect(new Set(first.flat()).size).toBe(2 * principals.length);
      const repeated: number[][] = [];
      for (const each of principals) repeated.push(await submitAs(each));
      expect(repeated).toEqual(first);
      expect(await submitAs({ accountId: 1, tokenId: 3 })).toEqual(first[0]);
    });

    it('expires after a day', async () => {
      const key = randomUUID();
      const first = await submit(key);
      const { database } = server.app.context;
      await database.query(
        `UPDATE creation SET created_at = now() - interval '25 hours' WHERE key LIKE '%' || $1 RETURNING key`,
        [key],
      );
      const second = await submit(key);
      expect(second.body.runs[0].id).toBeGreaterThan(first.body.runs[1].id);
      expect((await submit(key)).body).toEqual(second.body);
      // Expired keys are removed when new ones are added.
      await database.query(`UPDATE creation SET created_at = now() - interval '25 hours'`);
      await submit(randomUUID());
      expect(await database.query('SELECT key FROM creation')).toHaveLength(1);
    });

    it.each(['', 'x'.repeat(201), 'tab\there'])('must be a short text: %j', async (key) => {
      expect((await submit(key)).body).toMatchObject({ status: 400, code: 'INPUT_INVALID' });
    });
  });
}
