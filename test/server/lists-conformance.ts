import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/app.ts';
import type { Kind } from '../support/database.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { startRedis } from '../support/redis.ts';

/** Lists that are polled, for every kind of database. No worker runs here. */
export function listsConformance(kind: Kind): void {
  describe(`lists on ${kind}`, () => {
    let server: TestServer;
    const closers: (() => Promise<void>)[] = [];
    beforeAll(async () => {
      const settings: Record<string, string> = {};
      if (kind === 'postgres') {
        const [postgres, redis] = await Promise.all([sharedPostgres({ schema: true }), startRedis()]);
        closers.push(postgres.drop, redis.stop);
        Object.assign(settings, { DATABASE_URL: postgres.url, LOCK_DSN: redis.url });
      }
      server = await startTestServer({ settings });
      const shop = { code: 'us', baseUrl: 'https://example.com', adminUsername: 'admin' };
      await server.ask('POST', '/api/environments', shop);
    });
    afterAll(async () => {
      await server?.close();
      for (const close of closers) await close();
    });

    const submit = async () => {
      const body = { environments: ['us'], selection: { tests: ['PassHome'] } };
      return (await server.ask('POST', '/api/runs', body)).body.runs[0].id as number;
    };
    const get = (path: string, tag?: string) =>
      server.ask('GET', path, undefined, tag === undefined ? {} : { 'if-none-match': tag });

    it.each(['/api/runs', '/api/status'])('%s: not sent again while unchanged', async (path) => {
      const first = await get(path);
      const tag = first.headers.get('etag') ?? '';
      expect(tag).toMatch(/^W\/"[\w-]+"$/);
      const strong = tag.replace('W/', '');
      for (const etag of [tag, strong, `"other", ${tag}`]) {
        const same = await get(path, etag);
        expect(same).toMatchObject({ status: 304, body: '' });
        expect(same.headers.get('etag')).toBe(tag);
      }
      await submit();
      const changed = await get(path, tag);
      expect(changed.status).toBe(200);
      expect(changed.headers.get('etag')).not.toBe(tag);
      expect(await get(path, 'W/"other"')).toMatchObject({ status: 200, body: changed.body });
    });

    it('an error has no ETag', async () => {
      const invalid = await get('/api/runs?limit=0');
      expect(invalid.status).toBe(400);
      expect(invalid.headers.get('etag')).toBeNull();
    });

    it('are paged, with the next page in the response', async () => {
      const ids = [await submit(), await submit(), await submit()];
      const all: number[] = (await get('/api/runs')).body.runs.map(({ id }: { id: number }) => id);
      expect(all.slice(0, 3)).toEqual(ids.toReversed());
      const read: number[] = [];
      let pages = 0;
      for (let next: number | null | undefined; next !== null; pages += 1) {
        const { body } = await get(`/api/runs?limit=1${next === undefined ? '' : `&before=${next}`}`);
        read.push(...body.runs.map(({ id }: { id: number }) => id));
        next = body.next;
      }
      expect(read).toEqual(all);
      // The last page has no next page.
      expect(pages).toBe(all.length);
      expect((await get('/api/runs?state=finished')).body).toEqual({ runs: [], next: null });
    });
  });
}
