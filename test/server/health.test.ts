import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/app.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait-for.ts';

describe('readiness', () => {
  let postgres: TestPostgres;
  let redis: TestRedis;
  let server: TestServer;
  beforeAll(async () => {
    [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
    server = await startTestServer({ settings: { DATABASE_URL: postgres.url, LOCK_DSN: redis.url } });
  });
  afterAll(async () => {
    await server?.close();
    await Promise.all([postgres?.stop(), redis?.stop()]);
  });

  const answersWith = (status: number) =>
    waitFor(async () => {
      const answer = await server.ask('GET', '/readyz');
      return answer.status === status ? answer : undefined;
    });

  it('is given while the database and the lock store answer', async () => {
    expect((await answersWith(200)).body).toEqual({ ready: true });
  });

  it('is lost without the lock store, and regained when it is available again', async () => {
    await redis.kill();
    const { body, headers } = await answersWith(503);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(body).toMatchObject({ status: 503, code: 'LOCK_STORE_UNREACHABLE', remedy: expect.any(String) });
    expect(JSON.stringify(body)).not.toContain(String(redis.port));
    expect((await server.ask('GET', '/healthz')).status).toBe(200);
    await redis.restart();
    await answersWith(200);
  });

  it('is lost without the database, and regained when it is available again; the response hides its address', async () => {
    await postgres.kill();
    const { body } = await answersWith(503);
    expect(body).toMatchObject({ status: 503, code: 'DATABASE_UNREACHABLE' });
    expect(JSON.stringify(body)).not.toContain(String(postgres.port));
    await postgres.start();
    await answersWith(200);
  });
});

describe('readiness of a single process', () => {
  it('is lost when the embedded database is closed', async () => {
    const server = await startTestServer();
    try {
      expect((await server.ask('GET', '/readyz')).status).toBe(200);
      await server.app.context.database.close();
      expect((await server.ask('GET', '/readyz')).body).toMatchObject({
        status: 503,
        code: 'DATABASE_UNREACHABLE',
      });
    } finally {
      await server.close().catch(() => undefined);
    }
  });
});
