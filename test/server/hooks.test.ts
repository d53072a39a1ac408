import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Run } from '../../src/model/run.ts';
import { cancelOverdueRuns } from '../../src/store/tables/overdue-runs.ts';
import type { AfterHooks, Runner } from '../../src/worker/runner.ts';
import { startTestServer, type TestServer } from '../support/app.ts';
import { cliHere } from '../support/cli.ts';
import { kinds } from '../support/database.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { startRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait-for.ts';

const command = (...argv: string[]) => ({ kind: 'command', argv });

describe.each(kinds)('hooks on %s', (kind) => {
  let server: TestServer;
  const closers: (() => Promise<void>)[] = [];
  /** How the next attempts end: their hooks are planned first. */
  let attempt: Runner = async () => ({ kind: 'requeue' });
  let afterHooks: AfterHooks = async () => undefined;

  /** Ends an attempt as if its worker were lost. Repeated, because the worker may extend its lease in between. */
  const loseWorker = ({ id, attempt }: Run) =>
    waitFor(async () => {
      const { database, queue } = server.app.context;
      const held = await database.query(
        `UPDATE run SET lease_until = now() - interval '1 minute'
         WHERE id = $1 AND attempt = $2 AND state = 'running' RETURNING id`,
        [id, attempt],
      );
      if (held.length > 0) await queue.requeueExpired({ maxAttempts: 1 });
      return held.length === 0;
    });

  beforeAll(async () => {
    // One attempt, as in `loseWorker`: the server itself may find the attempt whose worker is lost first.
    const settings: Record<string, string> = { MATRE_RETRY_PAUSE: '100ms', MATRE_MAX_ATTEMPTS: '1' };
    if (kind === 'postgres') {
      const [postgres, redis] = await Promise.all([sharedPostgres({ schema: true }), startRedis()]);
      closers.push(postgres.drop, redis.stop);
      Object.assign(settings, { DATABASE_URL: postgres.url, LOCK_DSN: redis.url });
    }
    const runner: Runner = async (job) => {
      await job.record.hooks.plan();
      return attempt(job);
    };
    server = await startTestServer({
      settings,
      parts: {
        runner,
        afterHooks: (job, verdict) => afterHooks(job, verdict),
        resolveSelection: async () => undefined,
        tryHook: async (_, { name }) => ({
          passed: name !== 'bad',
          message: undefined,
          durationMs: 5,
          output: 'hello\n',
        }),
      },
    });
    for (const code of ['us', 'es']) {
      const environment = { code, baseUrl: `https://${code}.example.com`, adminUsername: 'admin' };
      await server.ask('POST', '/api/environments', environment);
    }
    await server.app.startWorkers();
  });
  afterAll(async () => {
    await server?.close();
    for (const close of closers) await close();
  });
  beforeEach(() => server.app.context.database.script('DELETE FROM hook'));

  const add = (hook: object) => server.ask('POST', '/api/hooks', { moment: 'before', ...hook });
  const listed = async (code: string) =>
    (await server.ask('GET', `/api/hooks?environment=${code}`)).body.hooks as Record<string, unknown>[];

  it('are listed in their order, and one of an environment replaces one of all', async () => {
    await add({ name: 'b', action: command('b') });
    await add({ name: 'a', action: command('a'), position: 5 });
    await add({ name: 'late', moment: 'after', action: command('late'), position: 1 });
    await add({ name: 'b', environment: 'us', action: command('own'), enabled: false });
    expect((await add({ name: 'b', action: command('b') })).body.code).toBe('HOOK_EXISTS');
    const shown = (code: string) =>
      listed(code).then((all) => all.map(({ name, environment, replaced }) => [name, environment, replaced]));
    expect(await shown('us')).toEqual([
      ['a', null, false],
      ['b', null, true],
      ['b', 'us', false],
      ['late', null, false],
    ]);
    expect(await shown('es')).toEqual([
      ['a', null, false],
      ['b', null, false],
      ['late', null, false],
    ]);
    await server.ask('DELETE', '/api/hooks/b?environment=us');
    expect(await shown('us')).toHaveLength(3);
    expect((await server.ask('GET', '/api/hooks/b?environment=us')).body.code).toBe('HOOK_UNKNOWN');
  });

  it.each([
    ['a secret in a header', { headers: { Authorization: 'Bearer abc' } }],
    ['a password in the address', { url: 'https://user:pass@example.com/' }],
    ['another protocol', { url: 'ftp://example.com/' }],
    ['a field without values', { wait: { field: 'state' } }],
  ])('must not have %s', async (_, fields) => {
    const action = { kind: 'request', url: 'https://example.com/', ...fields };
    expect((await add({ name: 'bad', action })).body.code).toBe('INPUT_INVALID');
  });

  it('must not get the variables of the supervisor', async () => {
    const action = { ...command('sh'), variables: ['MATRE_FENCE'] };
    expect((await add({ name: 'bad', action })).body.detail).toContain('is reserved');
  });

  it('are added, changed and tried by commands, and declared in a matre.yml', async () => {
    const settings = { MATRE_URL: server.url, MATRE_DATA: server.folder };
    const run = async (...argv: string[]) => {
      const { stdout, stderr, code } = await cliHere(argv, { settings });
      expect(stderr).toBe('');
      expect(code).toBe(0);
      return stdout;
    };
    await run(
      ...['hook', 'add', 'deploy', '-e', 'us', '--before', '--url', 'https://d.example.com/{{MATRE_RUN}}'],
      ...[
        '--header',
        'Authorization: Bearer {{TOKEN}}',
        '--field',
        'state',
        '--value',
        'done',
        '--time-limit',
        '30m',
      ],
    );
    await run('hook', 'edit', 'deploy', '-e', 'us', '--every', '15s', '--repeatable');
    const { body } = await server.ask('GET', '/api/hooks/deploy?environment=us');
    expect(body).toMatchObject({
      timeLimitSeconds: 1_800,
      repeatable: true,
      action: {
        headers: { Authorization: 'Bearer {{TOKEN}}' },
        wait: { everySeconds: 15, field: 'state', values: ['done'] },
      },
    });
    expect(await run('hook', 'show', 'deploy', '-e', 'us')).toContain('every 15 s, until state is done');
    await run('hook', 'add', 'flush', '--after', '--', 'php', '-r', 'echo 1;');
    expect(await run('hook', 'list', '-e', 'us')).toContain('php -r echo 1;');
    expect(await run('hook', 'test', 'deploy', '-e', 'us')).toContain('passed');

    const content = `hooks:\n  flush: { moment: after, action: { kind: command, argv: [true] } }\n  us/own: { moment: before, action: { kind: request, url: "https://example.com/" } }\n`;
    const apply = async (text: string, more: object = {}) =>
      (await server.ask('POST', '/api/apply', { content: text, ...more })).body.changes?.map(
        ({ action, name }: Record<string, string>) => `${action} ${name}`,
      );
    const quoted = content.replace('[true]', '["true"]');
    expect(await apply(quoted)).toEqual(['change flush', 'add us/own']);
    expect(await apply(quoted)).toEqual([]);
    expect(await apply('project: matre.yml', { prune: true })).toEqual(['remove us/own']);
    expect((await listed('us')).map(({ name }) => name)).toEqual(['deploy', 'flush']);
  });

  /** Submits a run, whose hooks after the tests are due from its first attempt on; returns it when it is finished. */
  async function execute(during?: (id: number) => Promise<unknown>) {
    await add({ name: 'restore', moment: 'after', action: command('restore') });
    const submitted = await server.ask('POST', '/api/runs', {
      environments: ['us'],
      selection: { tests: ['A'] },
    });
    const { id } = submitted.body.runs[0];
    await during?.(id);
    const { context } = server.app;
    await waitFor(async () => (await context.runs.get(id)).state === 'finished');
    const run = await context.runs.get(id);
    return { run, hooks: await context.runHooks.list(id) };
  }

  /** Executes the hook as `runHooksAfter` does. */
  const restore: AfterHooks = async ({ record }) => {
    const [hook] = await record.hooks.plan();
    if (hook && (await record.hooks.start(hook.id, 'log')) === 'started')
      await record.hooks.end({ id: hook.id, state: 'passed' });
    return undefined;
  };

  it('after the tests are executed when a run is cancelled while it waits for another attempt', async () => {
    let attempts = 0;
    attempt = async ({ environment }) => {
      attempts += 1;
      await server.app.context.environments.pause(environment.id, 'to cancel its run');
      return { kind: 'requeue' };
    };
    const verdicts: string[] = [];
    afterHooks = async (job, verdict) => {
      verdicts.push(verdict);
      return restore(job, verdict);
    };
    const { run, hooks } = await execute(async (id) => {
      const { context } = server.app;
      await waitFor(async () => attempts > 0 && (await context.runs.get(id)).state === 'queued');
      await context.runs.cancel(id, 'ann');
      expect((await context.runs.get(id)).state).toBe('queued');
      await server.ask('POST', '/api/environments/us/resume', {});
    });
    expect([run.verdict, verdicts, attempts]).toEqual(['cancelled', ['cancelled'], 1]);
    expect(hooks.map(({ state, starts }) => [state, starts])).toEqual([['passed', 1]]);
  });

  it('after the tests are executed by another attempt also when the limit of waiting of the run has passed', async () => {
    let attempts = 0;
    attempt = async ({ environment }) => {
      attempts += 1;
      if (attempts > 1)
        return { kind: 'broken', reason: { code: 'IMAGE_MISSING', message: 'There is no image.' } };
      await server.app.context.environments.pause(environment.id, 'to pass the limit of its run');
      return { kind: 'requeue' };
    };
    afterHooks = restore;
    const { run, hooks } = await execute(async (id) => {
      const { database, runs } = server.app.context;
      await waitFor(async () => attempts > 0 && (await runs.get(id)).state === 'queued');
      await database.query('UPDATE run SET start_by = now() WHERE id = $1', [id]);
      expect(await cancelOverdueRuns(database)).toEqual([]);
      await server.ask('POST', '/api/environments/us/resume', {});
    });
    expect([run.verdict, attempts]).toEqual(['broken', 2]);
    expect(hooks.map(({ state, starts }) => [state, starts])).toEqual([['passed', 1]]);
  });

  it('after the tests are executed by another attempt, without the tests, when their worker loses the run', async () => {
    let attempts = 0;
    attempt = async () => {
      attempts += 1;
      return { kind: 'broken', reason: { code: 'IMAGE_MISSING', message: 'There is no image.' } };
    };
    let calls = 0;
    afterHooks = async (job, verdict) => {
      calls += 1;
      const [hook] = await job.record.hooks.plan();
      if (calls === 1 && hook) await job.record.hooks.start(hook.id, 'log');
      // As when the engine does not answer: how far the hook came is unknown.
      if (calls === 1) throw Object.assign(new Error('away'), { name: 'Fault', code: 'CONTAINER_VANISHED' });
      expect(hook?.state).toBe('interrupted');
      expect(await job.record.hooks.start(hook?.id ?? 0, 'log')).toBe('interrupted');
      await job.record.hooks.end({ id: hook?.id ?? 0, state: 'interrupted', code: 'HOOK_INTERRUPTED' });
      return { code: 'HOOK_INTERRUPTED', message: `after ${verdict}` };
    };
    const { run, hooks } = await execute();
    expect([run.verdict, run.reason?.code, attempts, calls]).toEqual(['broken', 'IMAGE_MISSING', 1, 2]);
    expect(hooks.map(({ state, starts, code }) => [state, starts, code])).toEqual([
      ['interrupted', 1, 'HOOK_INTERRUPTED'],
    ]);
  });

  it('after the tests are not lost with the last attempt that a run may have', async () => {
    attempt = async ({ run }) => {
      await loseWorker(run);
      return { kind: 'finished' };
    };
    afterHooks = restore;
    const { run, hooks } = await execute();
    expect([run.verdict, run.reason?.code, run.attempt]).toEqual(['broken', 'WORKER_LOST', 2]);
    expect(hooks.map(({ state }) => state)).toEqual(['passed']);
  });

  it('after the tests of a cancelled run are given up when they cost a worker each time', async () => {
    const { context } = server.app;
    attempt = async ({ run }) => {
      await context.runs.cancel(run.id, 'ann');
      await loseWorker(run);
      return { kind: 'finished' };
    };
    let calls = 0;
    afterHooks = async ({ run }) => {
      calls += 1;
      await loseWorker(run);
      return undefined;
    };
    const { run, hooks } = await execute();
    expect([run.verdict, run.reason, calls]).toEqual(['cancelled', undefined, 1]);
    expect(hooks.map(({ state, code }) => [state, code])).toEqual([['failed', 'WORKER_LOST']]);
  });
});
