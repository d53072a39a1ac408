import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/app.ts';
import { cliHere } from '../support/cli.ts';
import { kinds } from '../support/database.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { startRedis } from '../support/redis.ts';
import { namedRunner } from '../support/runner.ts';

describe.each(kinds)('notes of causes on %s', (kind) => {
  let server: TestServer;
  let cause: string;
  const closers: (() => Promise<void>)[] = [];
  const cli = (...args: string[]) =>
    cliHere(args, { settings: { MATRE_URL: server.url, MATRE_DATA: server.folder } });
  const execute = async (environment: string, test: string): Promise<number> => {
    const selection = { tests: [test] };
    const { body } = await server.ask('POST', '/api/runs', { environments: [environment], selection });
    const { id } = body.runs[0];
    await cli('watch', String(id), '--json');
    return id;
  };
  const results = async (id: number) => (await server.ask('GET', `/api/runs/${id}/results`)).body;
  const set = (body: object, of = cause) => server.ask('PUT', `/api/causes/${of}/note`, body);

  beforeAll(async () => {
    const settings: Record<string, string> = {};
    if (kind === 'postgres') {
      const [postgres, redis] = await Promise.all([sharedPostgres({ schema: true }), startRedis()]);
      closers.push(postgres.drop, redis.stop);
      Object.assign(settings, { DATABASE_URL: postgres.url, LOCK_DSN: redis.url });
    }
    const parts = { runner: namedRunner, resolveSelection: async () => undefined };
    server = await startTestServer({ settings, parts });
    const shop = { baseUrl: 'https://example.com', adminUsername: 'admin' };
    for (const code of ['us', 'es']) await server.ask('POST', '/api/environments', { code, ...shop });
    await server.app.startWorkers();
    cause = (await results(await execute('us', 'FailCart'))).causes[0].cause;
  });
  afterAll(async () => {
    await server?.close();
    for (const close of closers) await close();
  });

  it('are shown wherever the cause appears again, and are changed and removed', async () => {
    const fields = {
      kind: 'product',
      note: 'since the rework',
      link: 'https://tracker.example.com/SHOP-1',
      owner: 'ann',
    };
    const { status, body: note } = await set(fields);
    expect(status).toBe(200);
    expect(note).toMatchObject({ cause, ...fields });

    const next = await execute('es', 'FailOther');
    expect((await results(next)).causes).toMatchObject([{ cause, note: fields }]);
    const shown = await cli('show', String(next));
    expect(shown.stdout).toMatch(
      /Known +the shop is at fault \(ann\): since the rework, https:\/\/tracker.example.com\/SHOP-1/,
    );
    expect(shown.stdout).toContain(cause);
    expect((await server.ask('GET', `/api/causes/${cause}`)).body).toMatchObject({
      cause,
      message: 'Element "#cart" was not found.',
      note: fields,
      runs: [{ id: next, environment: 'es' }, { environment: 'us' }],
    });
    expect((await server.ask('GET', '/api/notes')).body.notes).toMatchObject([
      { cause, message: 'Element "#cart" was not found.', seenAt: expect.any(String) },
    ]);

    const changed = await set({ kind: 'test', revision: note.revision });
    expect(changed.body).toMatchObject({ kind: 'test', note: null, link: null, owner: null });
    const removed = await server.ask('DELETE', `/api/causes/${cause}/note?revision=${changed.body.revision}`);
    expect(removed.body).toMatchObject({ cause, kind: 'test' });
    expect((await results(next)).causes).toMatchObject([{ cause, note: null }]);
  });

  it('written by two users at once keep the first, and the second learns who was faster', async () => {
    const first = await Promise.all(['product', 'test'].map((kind) => set({ kind })));
    expect(first.map(({ status }) => status).sort()).toEqual([200, 409]);
    const { revision } = first.find(({ status }) => status === 200)?.body ?? {};
    const second = await Promise.all(['a', 'b', 'c'].map((owner) => set({ kind: 'test', owner, revision })));
    expect(second.filter(({ status }) => status === 200)).toHaveLength(1);
    const refused = second.find(({ status }) => status === 409)?.body;
    expect(refused).toMatchObject({
      code: 'NOTE_CHANGED',
      detail: expect.stringContaining('changed the note of cause'),
    });

    // A revision is not used again after a removal.
    const kept = second.find(({ status }) => status === 200)?.body;
    await server.ask('DELETE', `/api/causes/${cause}/note?revision=${kept.revision}`);
    const fresh = await set({ kind: 'product' });
    expect(await set({ kind: 'test', revision: kept.revision })).toMatchObject({
      body: { code: 'NOTE_CHANGED' },
    });
    await server.ask('DELETE', `/api/causes/${cause}/note?revision=${fresh.body.revision}`);
  });

  it.each([
    ['a cause that no test failed with', { kind: 'test' }, 'CAUSE_UNKNOWN', 'c0ffee0123456789'],
    ['a text as cause', { kind: 'test' }, 'INPUT_INVALID', 'cart'],
    ['an unknown kind', { kind: 'other' }, 'INPUT_INVALID', undefined],
    [
      'a link that is no web address',
      { kind: 'test', link: 'javascript:alert(1)' },
      'INPUT_INVALID',
      undefined,
    ],
    [
      'a link with a password',
      { kind: 'test', link: 'https://a:b@example.com/' },
      'INPUT_INVALID',
      undefined,
    ],
    ['a text of several lines', { kind: 'test', note: 'a\nb' }, 'INPUT_INVALID', undefined],
    ['a revision of no note', { kind: 'test', revision: 999_999 }, 'NOTE_CHANGED', undefined],
  ])('are refused for %s', async (_, body, code, of) => {
    expect((await set(body, of)).body).toMatchObject({ code });
    expect((await server.ask('GET', '/api/notes')).body.notes).toEqual([]);
  });

  it('are set, listed and removed by commands', async () => {
    const added = await cli('note', 'set', cause, '--kind', 'product', '--link', 'https://example.com/1');
    expect(added.stdout).toBe(`Cause ${cause}: the shop is at fault: https://example.com/1\n`);
    const changed = await cli('note', 'set', cause, '--owner', 'ann', '--link', '');
    expect(changed.stdout).toBe(`Cause ${cause}: the shop is at fault (ann)\n`);
    expect((await cli('note', 'list')).stdout).toMatch(new RegExp(`^${cause} +product +ann +`, 'm'));
    expect((await cli('note', 'remove', cause)).stdout).toBe(`The note of cause ${cause} was removed.\n`);
    expect(await cli('note', 'remove', cause)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('NOTE_UNKNOWN'),
    });
  });
});
