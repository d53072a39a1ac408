import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Artifacts, createArtifacts } from '../../src/artifacts/artifacts.ts';
import type { RetentionLimits } from '../../src/model/retention.ts';
import type { Database } from '../../src/store/database/database.ts';
import { createMessages } from '../../src/store/tables/messages.ts';
import { createRetention } from '../../src/store/tables/retention/retention.ts';
import { createRuns } from '../../src/store/tables/runs.ts';
import { removeOld } from '../../src/worker/retention.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { numberedFolders } from '../support/run-folders.ts';
import { insertRun, openArtifactsHost } from './host.ts';

const day = 86_400_000;
const neverAborted = new AbortController().signal;

let testDatabase: TestDatabase;
let host: Awaited<ReturnType<typeof openArtifactsHost>>;
let database: Database;
beforeAll(async () => {
  testDatabase = await openTestDatabase('embedded');
  database = testDatabase.database;
  host = await openArtifactsHost(database);
});
afterAll(async () => {
  await host.close();
  await testDatabase.close();
});
beforeEach(() => testDatabase.clear());

const runRetention = (artifacts: Artifacts, settings: Partial<RetentionLimits>) =>
  removeOld(
    {
      ...{ artifacts, database },
      retention: createRetention({ database }),
      messages: createMessages({ database }),
      limits: {
        ...{ filesMs: 0, maxFilesBytes: 0, runsMs: 0, maxResults: 0, auditMs: 0, maxAudit: 0, notesMs: 0 },
        ...{ messagesMs: 0, maxMessages: 0 },
        ...settings,
      },
    },
    neverAborted,
  );

describe.each(['folder', 'database'] as const)('files of runs in the %s', (kind) => {
  const artifacts = () =>
    kind === 'folder'
      ? createArtifacts({ folders: numberedFolders(host.folder), logBytes: 1_000 })
      : host.artifacts;

  async function runWithFiles(): Promise<number> {
    const id = await insertRun(database);
    await database.query(`INSERT INTO planned_test (run_id, position, test) VALUES ($1, 1, 'A')`, [id]);
    await database.query(
      `INSERT INTO result (run_id, test, attempt, status, started_at, duration_ms, attachments)
       VALUES ($1, 'A', 1, 'failed', now(), 1, '[{"name": "a", "kind": "other", "path": "a"}]')`,
      [id],
    );
    await write(id, 'a');
    return id;
  }

  async function write(id: number, path: string): Promise<void> {
    await artifacts().write(id, path, 'x');
    await artifacts().deliver(id, neverAborted);
  }

  const finish = (id: number, daysAgo: number) =>
    database.query(
      `UPDATE run SET state = 'finished', verdict = 'failed', finished_at = now() - $2 * interval '1 day' WHERE id = $1`,
      [id, daysAgo],
    );
  const attachments = async (id: number) =>
    (
      await database.query<{ attachments: unknown[] }>('SELECT attachments FROM result WHERE run_id = $1', [
        id,
      ])
    )[0]?.attachments;

  it('are removed when they are old enough; the run stays and shows when they were removed', async () => {
    const [oldRun, recentRun, waiting] = [await runWithFiles(), await runWithFiles(), await runWithFiles()];
    await finish(oldRun, 91);
    await finish(recentRun, 89);
    await database.query(`UPDATE run SET queued_at = now() - interval '100 days' WHERE id = $1`, [waiting]);
    expect(await runRetention(artifacts(), { filesMs: 90 * day })).toMatchObject({ runs: 0, files: 1 });
    expect(await artifacts().runs()).toEqual([recentRun, waiting]);
    expect(await artifacts().list(oldRun)).toEqual([]);
    const runs = createRuns({ database });
    const { filesRemovedAt, verdict } = await runs.get(oldRun);
    expect([filesRemovedAt instanceof Date, verdict]).toEqual([true, 'failed']);
    expect(await attachments(oldRun)).toEqual([]);
    for (const id of [recentRun, waiting]) {
      expect((await runs.get(id)).filesRemovedAt).toBeUndefined();
      expect(await attachments(id)).toHaveLength(1);
    }

    // Files that a host uploads late are removed as well.
    await write(oldRun, 'late');
    expect(await runRetention(artifacts(), { filesMs: 90 * day })).toMatchObject({ runs: 0, files: 1 });
    expect(await artifacts().list(oldRun)).toEqual([]);
    expect((await runs.get(oldRun)).filesRemovedAt).toEqual(filesRemovedAt);
    expect(await runRetention(artifacts(), { filesMs: 90 * day })).toMatchObject({ runs: 0, files: 0 });
    for (const id of [recentRun, waiting]) await artifacts().remove(id);
  });

  it('are kept indefinitely with 0, and are removed in batches', async () => {
    const ids: number[] = [];
    for (let each = 0; each < 23; each += 1) {
      const id = await insertRun(database);
      await write(id, 'a');
      await finish(id, 1_000);
      ids.push(id);
    }
    expect(await runRetention(artifacts(), { filesMs: 0 })).toMatchObject({ runs: 0, files: 0 });
    expect(await artifacts().runs()).toEqual(ids);
    expect(await runRetention(artifacts(), { filesMs: day })).toMatchObject({ runs: 0, files: 23 });
    expect(await artifacts().runs()).toEqual([]);
  });
});

it('removes entries of the audit trail that are older than the retention', async () => {
  await database.query(
    `INSERT INTO audit (at, who, via, operation, subject)
     SELECT now() - number * interval '1 day', 'ann', 'local', 'runs.cancel', number::text
     FROM generate_series(2500, 1, -1) AS days (number)`,
  );
  expect(await runRetention(host.artifacts, { auditMs: 0 })).toMatchObject({ runs: 0, files: 0 });
  expect(await runRetention(host.artifacts, { auditMs: 30.5 * day })).toMatchObject({ entries: 2_470 });
  expect(await database.query('SELECT count(*) FROM audit')).toEqual([{ count: 30 }]);
  expect(await runRetention(host.artifacts, { maxAudit: 20 })).toMatchObject({ entries: 10 });
});

it('removes notes of causes that were not seen for the retention time', async () => {
  const run = await insertRun(database);
  const add = async (cause: string, age: { seen: number; changed: number }) => {
    await database.query('INSERT INTO planned_test (run_id, position, test) VALUES ($1, $3, $2)', [
      run,
      cause,
      age.seen,
    ]);
    await database.query(
      `INSERT INTO result (run_id, test, attempt, status, cause, started_at, duration_ms, recorded_at)
       VALUES ($1, $2, 1, 'failed', $2, now(), 1, now() - $3 * interval '1 day')`,
      [run, cause, age.seen],
    );
    await database.query(
      `INSERT INTO cause_note (cause, kind, updated_by, updated_at)
       VALUES ($1, 'test', 'ann', now() - $2 * interval '1 day')`,
      [cause, age.changed],
    );
  };
  await add('old', { seen: 31, changed: 40 });
  await add('seen', { seen: 29, changed: 40 });
  await add('changed', { seen: 33, changed: 29 });
  expect(await runRetention(host.artifacts, { notesMs: 0 })).toMatchObject({ notes: 0 });
  expect(await runRetention(host.artifacts, { notesMs: 30 * day })).toMatchObject({ notes: 1 });
  expect(await database.query('SELECT cause FROM cause_note ORDER BY 1')).toEqual([
    { cause: 'changed' },
    { cause: 'seen' },
  ]);
});

it('messages that ended are removed after their time, never with 0', async () => {
  await database.query(
    `INSERT INTO message (channel_id, channel_name, purpose, state, created_at, ended_at)
     SELECT 1, 'ops', 'post', 'sent', at, at FROM (
       SELECT now() - number * interval '1 day' AS at FROM generate_series(1, 40) AS days (number)
     ) AS times`,
  );
  expect(await runRetention(host.artifacts, {})).toMatchObject({ messages: 0 });
  expect(await runRetention(host.artifacts, { messagesMs: 30.5 * day })).toMatchObject({ messages: 10 });
  expect(await runRetention(host.artifacts, { maxMessages: 25 })).toMatchObject({ messages: 5 });
});
