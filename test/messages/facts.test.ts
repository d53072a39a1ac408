import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import { createFactsSource, type FactsSource } from '../../src/messages/facts/facts-source.ts';
import { insertDueNotices } from '../../src/messages/rules/due-notices.ts';
import { renderMessage } from '../../src/messages/templates/render.ts';
import type { DigestFacts, SubmissionFacts } from '../../src/model/message-facts.ts';
import { emptySelection } from '../../src/model/selection.ts';
import { createQueue, type Queue } from '../../src/queue/queue.ts';
import type { Database } from '../../src/store/database/database.ts';
import { createAlerts } from '../../src/store/tables/alerts.ts';
import { createChannels } from '../../src/store/tables/channels.ts';
import { createComparisons } from '../../src/store/tables/comparisons.ts';
import { createEnvironments } from '../../src/store/tables/environments.ts';
import { finishSubmissions } from '../../src/store/tables/finish-submissions.ts';
import { createMatrix } from '../../src/store/tables/matrix.ts';
import { createMessageFactsTable } from '../../src/store/tables/message-facts.ts';
import { createMessageRules } from '../../src/store/tables/message-rules.ts';
import { createReservations } from '../../src/store/tables/reservations.ts';
import { runComparer } from '../../src/store/tables/run-comparer.ts';
import { createRuns, type Runs } from '../../src/store/tables/runs.ts';
import { createSubmissions } from '../../src/store/tables/submissions.ts';
import { createTrends } from '../../src/store/tables/trends.ts';
import { claimOne } from '../support/claim.ts';
import { openTestDatabase, quiet, type TestDatabase } from '../support/database.ts';
import { newEnvironment } from '../support/samples.ts';

const server = 'https://matre.example.com';
let testDatabase: TestDatabase;
let database: Database;
let runs: Runs;
let queue: Queue;
let facts: FactsSource;
let environmentIds: number[];

beforeAll(async () => {
  testDatabase = await openTestDatabase('embedded');
  database = testDatabase.database;
  runs = createRuns({ database });
  queue = createQueue({ database, log: quiet, leaseMs: 60_000 });
  facts = createFactsSource({
    submissions: createSubmissions({ database }),
    matrix: createMatrix({ database }),
    messageFacts: createMessageFactsTable({ database }),
    trends: createTrends({ database }),
    environments: createEnvironments({ database, secrets: createSecretBox(randomBytes(32)) }),
    alerts: createAlerts({ database }),
    reservations: createReservations({ database }),
    commitRange: async () => undefined,
    branch: 'main',
    moduleRepository: undefined,
    publicUrl: server,
  });
});
afterAll(() => testDatabase.close());
beforeEach(async () => {
  await testDatabase.clear();
  await database.query('DELETE FROM notice');
  const environments = createEnvironments({ database, secrets: createSecretBox(randomBytes(32)) });
  environmentIds = [];
  for (const code of ['us', 'es']) environmentIds.push((await environments.create(newEnvironment(code))).id);
});

/** Submits a run on some environments; returns the id of the submission. */
async function submit(on = environmentIds): Promise<number> {
  const inserted = await runs.insert(
    on.map((environmentId) => ({ environmentId, selection: emptySelection, requestedBy: 'ann' })),
    undefined,
    { name: 'nightly' },
  );
  return inserted[0]?.submissionId ?? 0;
}

/** Records results of `tests` tests of a run; the first `failed` of them failed. */
async function record(runId: number, { tests, failed }: { tests: number; failed: number }): Promise<void> {
  await database.query(
    `INSERT INTO planned_test (run_id, position, test, suite)
     SELECT $1, n, 'Test' || lpad(n::text, 5, '0'), '' FROM generate_series(1, $2::int) AS n`,
    [runId, tests],
  );
  await database.query(
    `INSERT INTO result (run_id, test, suite, attempt, status, message, cause, started_at, duration_ms, attachments)
     SELECT $1, 'Test' || lpad(n::text, 5, '0'), '', 1, CASE WHEN n <= $3 THEN 'failed' ELSE 'passed' END,
       CASE WHEN n <= $3 THEN E'Failed asserting that two strings are equal.\n- Expected | + Actual\n-47\n+' || n END,
       CASE WHEN n <= $3 THEN 'cause' || n % 40 END, now(), 1000, '[{"name": "s", "kind": "screenshot", "path": "a/s.png"}]'
     FROM generate_series(1, $2::int) AS n`,
    [runId, tests, failed],
  );
}

/** Claims all queued runs, records results and finishes them. */
async function execute(results: { tests: number; failed: number }): Promise<void> {
  for (;;) {
    const claim = await claimOne(queue, 'w');
    if (!claim) break;
    await record(claim.run.id, results);
    await queue.finish(claim.run.id, claim.fence, results.failed > 0 ? 'failed' : 'passed');
  }
  const comparisons = createComparisons({ database });
  for (const environmentId of await comparisons.pendingEnvironments())
    while ((await comparisons.compareNext(environmentId, runComparer)) !== undefined);
  await finishSubmissions(database);
}

const read = async (submissionId: number) => (await facts.read({ submissionId })) as SubmissionFacts;
const notices = async () =>
  (
    await database.query<{ kind: string }>(
      `SELECT kind FROM notice WHERE kind IN ('first-failure', 'submission-progress', 'digest-due') ORDER BY id`,
    )
  ).map(({ kind }) => kind);

describe('the facts of a submission', () => {
  it('tell what changed since the one before, with its causes and first failure', async () => {
    await submit();
    await execute({ tests: 10, failed: 0 });
    const id = await submit();
    await execute({ tests: 10, failed: 3 });
    const now = await read(id);
    expect(now.headline).toMatch(/^nightly on 2 environments: 3 new failures \(submission 2, /);
    expect(now.submission).toMatchObject({
      ...{ verdict: 'failed', previousVerdict: 'passed', url: `${server}/submissions/2`, branch: 'main' },
      counts: { planned: 20, passed: 14, failed: 6 },
    });
    expect(now.runs.map(({ failures, moreFailures }) => [failures.length, moreFailures])).toEqual([
      [3, 0],
      [3, 0],
    ]);
    expect(now.runs[0]?.failures[0]).toMatchObject({
      ...{
        test: 'Test00001',
        className: 'new',
        url: `${server}/runs/${now.runs[0]?.id}?test=Test00001&panel=steps`,
      },
      message: 'Failed asserting that two strings are equal. Expected 47, actual 1.',
    });
    expect(now.causes[0]).toMatchObject({
      tests: 1,
      environments: ['es', 'us'],
      values: ['- 47  + 1'],
      since: 2,
    });
    expect(now.firstFailure?.screenshot).toEqual({ runId: expect.any(Number), path: 'a/s.png' });
  });

  it('are small when thousands of tests failed', async () => {
    const id = await submit();
    await execute({ tests: 3_000, failed: 3_000 });
    const now = await read(id);
    expect(now.runs.map(({ failures }) => failures.length)).toEqual([30, 30]);
    expect(now.runs.map(({ moreFailures }) => moreFailures)).toEqual([2_970, 2_970]);
    expect(now.causes).toHaveLength(10);
    expect(JSON.stringify(now).length).toBeLessThan(40_000);
    const { text } = renderMessage({ facts: now, purpose: 'post', markup: 'json', source: undefined });
    expect(text).toContain('5940 failures that are not listed here');
  });

  it('tell how far it is while it runs', async () => {
    const id = await submit();
    expect(await read(id)).toMatchObject({
      phase: 'started',
      headline: 'nightly on 2 environments: waiting to start (submission 1)',
    });
    const claim = await claimOne(queue, 'w');
    await record(claim?.run.id ?? 0, { tests: 31, failed: 2 });
    expect((await read(id)).headline).toMatch(
      /^nightly on 2 environments: running, 31 of 31 tests, 0 of 2 runs finished, 2 failed \(submission 1, /,
    );
  });

  it('are absent when it was removed', async () => {
    expect(await facts.read({ submissionId: 12345 })).toBeUndefined();
    expect(await facts.read({ alertId: 12345 })).toBeUndefined();
  });
});

describe('notices that no single change brings about', () => {
  const addRule = async (more: object) => {
    const channels = createChannels({ database, secrets: createSecretBox(randomBytes(32)) });
    const { id: channelId } = await channels.create({
      ...{ name: 'qa', kind: 'webhook', settings: {}, secrets: undefined, personal: false },
      ...{ disabled: undefined, createdBy: 'ann' },
    });
    const conditions = {
      environments: [],
      schedules: [],
      saved: [],
      branches: [],
      requesters: [],
      alerts: [],
    };
    return createMessageRules({ database }).create({
      ...{
        name: 'night',
        channelId,
        recipients: [],
        conditions,
        occasions: ['first-failure'],
        createdBy: 'ann',
      },
      ...{ quietHours: undefined, digest: undefined, digestAt: undefined, disabled: undefined },
      ...more,
    });
  };
  const inParallel = (now: Date) =>
    Promise.all(Array.from({ length: 4 }, () => insertDueNotices(database, now)));

  it('are one for the first failure of a submission, while it runs', async () => {
    await addRule({});
    await submit();
    const claim = await claimOne(queue, 'w');
    await inParallel(new Date());
    expect(await notices()).toEqual([]);
    await record(claim?.run.id ?? 0, { tests: 5, failed: 2 });
    await inParallel(new Date());
    await inParallel(new Date());
    expect(await notices()).toEqual(['first-failure']);
  });

  it('are one for each step of a submission that has a message', async () => {
    const rule = await addRule({ occasions: ['always'] });
    const id = await submit();
    await database.query(
      `INSERT INTO message (channel_id, channel_name, purpose, submission_id) VALUES ($1, 'qa', 'post', $2)`,
      [rule.channel.id, id],
    );
    const claim = await claimOne(queue, 'w');
    await inParallel(new Date());
    const before = await notices();
    await record(claim?.run.id ?? 0, { tests: 5, failed: 0 });
    await inParallel(new Date());
    await inParallel(new Date());
    expect(await notices()).toEqual([...before, 'submission-progress']);
  });

  it('are one for a submission that a process from before there were notices finished', async () => {
    await addRule({});
    const finished = async () =>
      (await database.query(`SELECT FROM notice WHERE kind = 'submission-finished'`)).length;
    await submit();
    await execute({ tests: 2, failed: 0 });
    await inParallel(new Date());
    expect(await finished()).toBe(1);
    await database.query('DELETE FROM notice');
    await inParallel(new Date());
    await inParallel(new Date());
    expect(await finished()).toBe(1);
  });

  it('are none for a submission that was finished before there was a channel', async () => {
    await submit();
    await execute({ tests: 2, failed: 0 });
    await addRule({});
    await inParallel(new Date());
    expect(await database.query('SELECT FROM notice')).toEqual([]);
  });

  it('are one for each time of a digest, also when times were missed', async () => {
    const digest = { period: 'daily', at: '08:00', zone: 'UTC', weekday: 1 };
    const due = new Date('2026-11-26T08:00:00Z');
    await addRule({ occasions: ['digest'], digest, digestAt: due });
    await inParallel(new Date('2026-11-26T07:59:59Z'));
    expect(await notices()).toEqual([]);
    await inParallel(new Date('2026-11-28T09:00:00Z'));
    await inParallel(new Date('2026-11-28T09:00:01Z'));
    expect(await notices()).toEqual(['digest-due']);
    const [row] = await database.query<{ details: unknown }>('SELECT details FROM notice');
    expect(row?.details).toMatchObject({ from: '2026-11-27T08:00:00.000Z', to: '2026-11-28T08:00:00.000Z' });
    await inParallel(new Date('2026-11-29T08:00:00Z'));
    expect(await notices()).toEqual(['digest-due', 'digest-due']);
  });

  it('have the submissions and trends of their time as facts', async () => {
    await submit();
    await execute({ tests: 10, failed: 4 });
    const to = new Date(Date.now() + 60_000);
    const from = new Date(to.getTime() - 24 * 60 * 60_000);
    const details = { ruleId: 1, period: 'daily', from: from.toISOString(), to: to.toISOString() };
    const digest = (await facts.read({ details })) as DigestFacts;
    expect(digest).toMatchObject({
      headline: 'The last day: 2 runs, 60 % of the results passed',
      totals: { runs: 2, passed: 12, failed: 8 },
      submissions: [{ id: 1, verdict: 'failed', url: `${server}/submissions/1` }],
      environments: [{ environment: 'es' }, { environment: 'us' }],
    });
    expect(digest.failing).toHaveLength(4);
  });
});

describe('the facts of a reservation', () => {
  it('have its owner, its end and its page, until it has ended', async () => {
    const reservations = createReservations({ database });
    const { id } = await reservations.create({
      ...{ environmentId: environmentIds[0] as number, owner: 'alice', ownerKey: 'account 1' },
      ...{ reason: 'look at the cart', endsAt: new Date(Date.now() + 3_600_000) },
    });
    const read = (kind: string) => facts.read({ kind, details: { reservationId: id } });
    expect(await read('reservation-started')).toMatchObject({
      kind: 'reservation',
      headline: expect.stringMatching(/^us is reserved for alice until \d{4}-\d\d-\d\d \d\d:\d\d UTC$/),
      reservation: { reason: 'look at the cart', url: `${server}/environments/us` },
    });
    await reservations.end(id, 'alice');
    expect(await read('reservation-near-end')).toBeUndefined();
    expect(await read('reservation-cancelled')).toMatchObject({ phase: 'cancelled' });
    await database.query('DELETE FROM reservation');
    expect(await read('reservation-started')).toBeUndefined();
  });
});
