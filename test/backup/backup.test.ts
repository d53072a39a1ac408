import { randomUUID } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openStores } from '../../src/app/stores.ts';
import { createS3Store } from '../../src/artifacts/s3/s3.ts';
import { readArchive } from '../../src/backup/archive.ts';
import { writeBackup } from '../../src/backup/backup.ts';
import { assertNoUnfinishedRestore } from '../../src/backup/data-files.ts';
import { restoreBackup } from '../../src/backup/restore.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { emptySelection } from '../../src/model/selection.ts';
import type { Database } from '../../src/store/database/database.ts';
import { type Migration, migrate, readMigrations } from '../../src/store/database/migrate.ts';
import { openPostgres } from '../../src/store/database/postgres.ts';
import { kinds, openTestDatabase, quiet, type TestDatabase } from '../support/database.ts';
import { startS3 } from '../support/s3.ts';

const migrations = await readMigrations();
/** Numbers have gaps. */
const newest = Math.max(...migrations.map(({ number }) => number));
const migrationsTo = (number: number) => migrations.filter((each) => each.number <= number);
/** An earlier one, which is restored without the later migrations. */
const keptSchema = 11;

/** Rows that every version of the schema can have. */
const rowsOfVersion1 = `
  INSERT INTO setting (name, value) VALUES ('installation', 'i-1');
  INSERT INTO environment (code, name, base_url, backend_name, admin_username, fence)
  VALUES ('a', 'Ä "quoted" \\ text', 'http://a/', 'admin', 'admin', 7), ('gone', 'b', 'http://b/', 'admin', 'admin', 1);
  UPDATE environment SET removed_at = '2026-03-29T01:30:00.123456Z' WHERE code = 'gone';
  INSERT INTO variable (environment_id, name, value) VALUES (NULL, 'EMPTY', ''), (1, 'LINES', E'one\\ntwo\\r\\n\\ttab');
  INSERT INTO run (environment_id, selection, state, verdict, finished_at, requested_by, fence, counts)
  VALUES (1, '${JSON.stringify({ ...emptySelection, tests: ['A', 'ü'] })}', 'finished', 'failed', now(), 'cli:x', 6, '{"planned": 1}');
  INSERT INTO run (environment_id, selection, state, phase, lease_until, worker_id, fence, attempt, requested_by, retry_of)
  VALUES (1, '${JSON.stringify(emptySelection)}', 'running', 'testing', now(), 'w', 7, 1, 'api', 1);
  INSERT INTO run (environment_id, selection, requested_by) VALUES (1, '${JSON.stringify(emptySelection)}', 'api');
  INSERT INTO attempt (run_id, attempt, fence, worker_id) VALUES (2, 1, 7, 'w');
  INSERT INTO planned_test (run_id, position, test) VALUES (1, 1, 'A'), (2, 1, 'A');
  INSERT INTO result (run_id, test, attempt, status, message, started_at, duration_ms, attachments)
  VALUES (1, 'A', 1, 'failed', 'It ☹', '2026-10-25T02:30:00.000001Z', 5, '[{"name": "x", "kind": "log", "path": "p"}]');
  INSERT INTO run_event (run_id, code, message) SELECT 1, 'X', repeat('event ', n) FROM generate_series(1, 500) AS n;
  INSERT INTO worker (id, host, pid, slots, seen_at) VALUES ('w', 'h', 1, 4, now() - interval '1 hour');`;

/** Rows of later tables, by the number of their migration. */
const laterRows: Record<number, string> = {
  3: `INSERT INTO test_duration (test, suite, environment_id, recent_ms) VALUES ('B', '', 1, '{5,4,3}')`,
  6: `INSERT INTO creation (key, fingerprint, answer) VALUES ('k', 'f', '{"a":  1}')`,
  7: `INSERT INTO account (name, role, oidc_issuer, oidc_subject) VALUES ('ada', 'admin', 'i', 's');
      INSERT INTO session (hash, account_id) VALUES ('h', 1);
      INSERT INTO token (name, hash, role, created_by) VALUES ('t', 'h', 'viewer', 'x');
      INSERT INTO audit (who, via, operation, subject) VALUES ('x', 'local', 'o', 's')`,
  10: `INSERT INTO schedule (name, cron, zone, selection, overlap, missed, catch_up_minutes, created_by)
       VALUES ('night', '0 2 * * *', 'UTC', '${JSON.stringify(emptySelection)}', 'skip', 'once', 60, 'x');
       INSERT INTO schedule_environment VALUES (1, 1);
       INSERT INTO schedule_firing (schedule_id, due_at, fired_at, outcome, runs, missed)
       VALUES (1, now(), now(), 'fired', '{1,2}', 0)`,
  12: `INSERT INTO file_piece (run_id, path, at, size, bytes, sender, start)
       SELECT 1, 'run.log', n * 262144, 262144, decode(repeat('00ff0a5c', 65536), 'hex'), 's', n * 262144 FROM generate_series(0, 9) AS n`,
  25: `INSERT INTO saved_selection (name, name_key, description, selection, priority, created_by, changed_by)
       VALUES ('Nächtlich', 'nächtlich', 'ü', '${JSON.stringify({ ...emptySelection, patterns: ['A*'] })}', 1, 'x', 'x');
       INSERT INTO saved_selection_environment VALUES (1, 1);
       UPDATE schedule SET saved_selection_id = 1, saved_environments = true, applied_from = 'tests'`,
  28: `INSERT INTO channel (name, name_key, kind, settings, secrets, secret_names, created_by, changed_by)
       VALUES ('Ops', 'ops', 'webhook', '{"url": "https://a/ü"}', 'v1:AAAA', '{secret}', 'x', 'x')`,
  29: `INSERT INTO message_rule (name, name_key, channel_id, conditions, occasions, created_by, changed_by)
       VALUES ('Nächtlich', 'nächtlich', 1, '{"environments": ["a*"]}', '{failed}', 'x', 'x');
       INSERT INTO message_template (channel_kind, outcome, source, changed_by) VALUES ('webhook', 'failed', '{{ headline }}', 'x')`,
  30: `INSERT INTO notice (kind, submission_id, details) VALUES ('submission-finished', 1, '{"a": "ü"}');
       INSERT INTO message (notice_id, channel_id, channel_name, purpose, thread, content)
       VALUES (1, 1, 'Ops', 'post', 'submission/1', '{"headline": "ü"}')`,
  31: `INSERT INTO alert (kind, subject, message, action, page, started_at, last_seen_at, watched_at, source, members)
       VALUES ('disk-full', 'w1 /dätä', 'm', 'a', '/doctor', now(), now(), now(), 's', '[{"key": "disk", "absent": 1}]');
       INSERT INTO alert_watch (scope, due_at, pending) VALUES ('installation', now(), '{"s": {"k": {"since": "t", "times": 1}}}');
       INSERT INTO shop_certificate (environment_id, base_url, ends_at) VALUES (1, 'https://a/', now())`,
  48: `INSERT INTO run_rollup (id, queued_at, environment_id, verdict, at, week, passed, failed, broken, flaky, waiting_ms, duration_ms)
       VALUES (900, now(), 1, 'passed', now(), '2025-11-24', 1, 0, 0, 0, 5, 6);
       INSERT INTO test_week (week, environment_id, test, suite, passed, failed, flaky, broken, total_ms)
       VALUES ('2025-11-24', 1, 'Ä', '', 1, 0, 0, 0, 6);
       INSERT INTO cause_rollup (cause, failures, first_at, last_at, run_id) VALUES ('c', 2, now(), now(), 900)`,
};

/**
 * The schemas whose backups are restored, where each restore applies all migrations: the first, those with rows in a new table and the
 * newest; all with MATRE_TEST_ALL (`make test-all`).
 */
function restoredSchemas(): Migration[] {
  if (process.env['MATRE_TEST_ALL'] !== undefined) return migrations;
  return migrations.filter(({ number }) => [1, keptSchema, newest].includes(number) || laterRows[number]);
}

/** The files of runs and of the secret key that this process has open in a data folder. */
function openFilesOf(dataFolder: string): string[] {
  const open = readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      // That of this list, which is closed by now.
      return [];
    }
  });
  return open.filter((path) =>
    [`${dataFolder}/runs`, `${dataFolder}/secret.key`].some((at) => path.startsWith(at)),
  );
}

describe.each(kinds)('a backup of %s', (kind) => {
  let source: TestDatabase;
  let target: TestDatabase;
  let folder: string;
  beforeAll(async () => {
    source = await openTestDatabase(kind, { empty: true });
    target = await openTestDatabase(kind, { empty: true });
    folder = mkdtempSync(join(tmpdir(), 'matre-backup-'));
  });
  afterAll(async () => {
    await source?.close();
    await target?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const options = (path: string) => ({ path, files: true, key: true, version: '0.0.0' });
  const backUp = (path: string) =>
    writeBackup(source.database, { dataFolder: source.folder, secretKey: undefined }, options(path));
  const restore = (path: string, replace = true) =>
    restoreBackup(target.database, target.folder, { path, replace, keepSchema: false, log: quiet });
  /** As a process of this version does. */
  const start = async () => {
    const environment = { MATRE_DATA: target.folder };
    return openStores(loadConfig({ environment, file: '/dev/null' }), quiet, target.database);
  };
  /** All rows of a database as text, by table. */
  const content = async ({ database }: TestDatabase) => {
    const tables = await database.query<{ name: string }>(
      `SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`,
    );
    const rows: Record<string, unknown> = {};
    for (const { name } of tables) {
      const lines = await database.query<{ row: string }>(
        `SELECT (to_jsonb(t) - 'applied_at' - 'fence')::text AS row FROM ${name} AS t ORDER BY 1`,
      );
      rows[name] = lines.map(({ row }) => row);
    }
    return rows;
  };
  const temporary = ['session', 'welcome', 'worker'];
  const changed = [...temporary, 'message', 'notice'];
  const lasting = (rows: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(rows).filter(([table]) => !changed.includes(table)));

  let restores = 0;
  it.each(restoredSchemas().map(({ number, name }) => [name, number] as const))(
    'of schema %s is restored over the newest schema, and starts',
    async (_, number) => {
      await migrate(source.database, { log: quiet, migrations: migrationsTo(number) });
      if (number === 1) await source.database.script(rowsOfVersion1);
      await source.database.script(laterRows[number] ?? '');
      const path = join(folder, `schema-${number}`);
      expect(await backUp(path)).toMatchObject({
        schema: migrations.find((each) => each.number === number)?.name,
      });

      const report = await restore(path);
      expect(report.rows).toBeGreaterThan(500);
      const restored = await content(target);
      const { runs, environments } = await start();
      expect(await runs.list({ limit: 10 })).toMatchObject([
        { id: 3, state: 'queued' },
        { id: 2, state: 'running', retryOf: 1 },
        { id: 1, verdict: 'failed', selection: { tests: ['A', 'ü'] } },
      ]);
      expect(await environments.list()).toMatchObject([{ id: 1, name: 'Ä "quoted" \\ text' }]);
      expect(restored['schema_migration']).toHaveLength(migrations.length);
      expect(restored['run_event']).toHaveLength(500);
      if (number === newest) expect(lasting(restored)).toEqual(lasting(await content(source)));
      for (const table of temporary) expect(restored[table]).toEqual([]);
      // They may have been sent after the backup was made.
      for (const row of restored['message'] as string[])
        expect(JSON.parse(row)).toMatchObject({
          state: 'dropped',
          error_code: 'MESSAGE_RESTORED',
          channel_name: 'Ops',
        });
      expect(restored['message']).toHaveLength(number >= 30 ? 1 : 0);
      for (const row of restored['notice'] as string[])
        expect(JSON.parse(row)).toMatchObject({ planned_at: expect.any(String), details: { a: 'ü' } });
      // Numbers and fences of what the restore has lost are not used again.
      const [next] = await runs.insert([{ environmentId: 1, selection: emptySelection, requestedBy: 'x' }]);
      restores += 1;
      expect(next?.id).toBe(3 + restores);
      const [row] = await target.database.query<{ fence: number }>(
        'SELECT fence FROM environment WHERE id = 1',
      );
      expect(row?.fence).toBeGreaterThan(1_000_000 * restores);
    },
  );

  it('keeps its schema on request, so that an earlier version can start', async () => {
    const options = {
      path: join(folder, `schema-${keptSchema}`),
      replace: true,
      keepSchema: true,
      log: quiet,
    };
    await restoreBackup(target.database, target.folder, options);
    const restored = await content(target);
    expect(restored['schema_migration']).toHaveLength(keptSchema);
    expect(Object.keys(restored)).not.toContain('file_piece');
    expect(restored['run']).toHaveLength(3);
    await migrate(target.database, { log: quiet, migrations: migrationsTo(keptSchema) });
  });

  describe('with files', () => {
    const path = () => join(folder, `files-${randomUUID()}`);
    const put = (where: TestDatabase, file: string, text: string) => {
      mkdirSync(join(where.folder, file, '..'), { recursive: true });
      writeFileSync(join(where.folder, file), text);
    };
    const read = (file: string) => readFileSync(join(target.folder, file), 'utf8');
    beforeEach(() => {
      for (const { folder: data } of [source, target]) {
        for (const name of ['runs', 'waiting-results', 'secret.key', 'set-aside'])
          rmSync(join(data, name), { recursive: true, force: true });
      }
    });

    it('has those of its runs, the spooled results and the key; later ones are set aside', async () => {
      put(source, 'runs/1/run.log', 'log of 1');
      put(source, 'runs/1/tests/A/empty', '');
      put(source, 'runs/1/.unfinished-abc', 'half');
      put(source, 'runs/99/run.log', 'of a later run');
      put(source, 'waiting-results/2-7.jsonl', '{}\n');
      put(source, 'secret.key', 'key');
      const file = path();
      expect(await backUp(file)).toMatchObject({ files: 4, secretKey: true });
      put(target, 'runs/1/run.log', 'lost log of 1');
      put(target, 'runs/4/run.log', 'lost log of 4');
      put(target, 'waiting-results/2-8.jsonl', 'lost');
      put(target, 'secret.key', 'other key');
      const { setAside } = await restore(file);
      expect(read('runs/1/run.log')).toBe('log of 1');
      expect(readdirSync(join(target.folder, 'runs'))).toEqual(['1']);
      expect(readdirSync(join(target.folder, 'runs/1')).sort()).toEqual(['run.log', 'tests']);
      expect(readdirSync(join(target.folder, 'waiting-results'))).toEqual(['2-7.jsonl']);
      expect(read('secret.key')).toBe('key');
      expect(readFileSync(join(setAside, 'runs/4/run.log'), 'utf8')).toBe('lost log of 4');
      expect(readFileSync(join(setAside, 'waiting-results/2-8.jsonl'), 'utf8')).toBe('lost');
      expect(readFileSync(join(setAside, 'secret.key'), 'utf8')).toBe('other key');
      rmSync(join(source.folder, 'secret.key'));
      rmSync(join(target.folder, 'secret.key'));
    });

    it('can leave them out; then those of runs in the backup stay, and others are set aside', async () => {
      const file = path();
      await writeBackup(
        source.database,
        { dataFolder: source.folder, secretKey: undefined },
        { ...options(file), files: false, key: false },
      );
      put(target, 'runs/1/run.log', 'log of 1');
      put(target, 'runs/4/run.log', 'lost log of 4');
      put(target, 'waiting-results/2-8.jsonl', 'lost');
      await restore(file);
      expect(readdirSync(join(target.folder, 'runs'))).toEqual(['1']);
      expect(existsSync(join(target.folder, 'waiting-results'))).toBe(false);
    });
  });

  describe('is refused, and nothing changes,', () => {
    let whole: string;
    let before: unknown;
    beforeAll(async () => {
      whole = join(folder, 'whole');
      writeFileSync(join(source.folder, 'secret.key'), 'key');
      mkdirSync(join(source.folder, 'runs/1'), { recursive: true });
      writeFileSync(join(source.folder, 'runs/1/run.log'), 'x'.repeat(100_000));
      await backUp(whole);
      before = await content(target);
    });
    const refused = async (path: string, code: string, message = '', replace = true) => {
      const folders = readdirSync(target.folder);
      await expect(restore(path, replace)).rejects.toMatchObject({
        code,
        message: expect.stringContaining(message),
      });
      expect(await content(target)).toEqual(before);
      expect(readdirSync(target.folder)).toEqual(folders);
      await assertNoUnfinishedRestore(target.folder);
    };
    const damaged = (name: string, change: (bytes: Buffer) => Buffer) => {
      const path = join(folder, `${name}-${randomUUID()}`);
      writeFileSync(path, change(readFileSync(whole)));
      return path;
    };

    it('when it is cut off anywhere', async () => {
      const { length } = readFileSync(whole);
      for (const share of [0, 0.01, 0.3, 0.7, 0.99]) {
        const path = damaged('cut', (bytes) => Buffer.from(bytes));
        truncateSync(path, Math.floor(length * share));
        await refused(path, 'BACKUP_INVALID');
      }
    });

    it('when it lacks its end, although the archive itself is whole', async () => {
      const path = damaged('no-manifest', (bytes) => {
        const tar = gunzipSync(bytes);
        const at = tar.lastIndexOf('manifest.json');
        return gzipSync(Buffer.concat([tar.subarray(0, at), Buffer.alloc(1024)]));
      });
      await refused(path, 'BACKUP_INVALID', 'its end is missing');
    });

    it('when a byte of a row was changed', async () => {
      const path = damaged('changed', (bytes) => {
        const tar = gunzipSync(bytes);
        tar[tar.indexOf('cli:x')] = 'k'.charCodeAt(0);
        return gzipSync(tar);
      });
      await refused(path, 'BACKUP_INVALID', 'checksum');
    });

    it('when it is another file', async () => {
      for (const content of ['', 'text', gzipSync('text'), gzipSync(Buffer.alloc(2048))]) {
        const path = join(folder, `other-${randomUUID()}`);
        writeFileSync(path, content);
        await refused(path, 'BACKUP_INVALID');
      }
      await refused(join(folder, 'none'), 'NOT_FOUND');
    });

    it('when its schema is newer than this program', async () => {
      const later = { number: 9001, name: '9001_later', sql: 'CREATE TABLE later (id int)' };
      const database = await openTestDatabase(kind, { empty: true });
      onTestFinished(() => database.close());
      await migrate(database.database, { log: quiet, migrations: [...migrations, later] });
      const path = join(folder, 'newer');
      await writeBackup(
        database.database,
        { dataFolder: database.folder, secretKey: undefined },
        options(path),
      );
      await refused(path, 'SCHEMA_NEWER', '9001_later');
    });

    it('when the database has content, unless it may be replaced', async () => {
      await refused(whole, 'DATABASE_NOT_EMPTY', '', false);
    });

    it('when the database has tables of another program', async () => {
      await target.database.script('CREATE TABLE foreign_table (id int)');
      before = await content(target);
      await refused(whole, 'DATABASE_NOT_OURS', 'foreign_table');
      await target.database.script('DROP TABLE foreign_table');
      before = await content(target);
    });

    it('when a row cannot be inserted, after all tables were dropped', async () => {
      await target.database.script(`
        CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no index today'; END $$;
        CREATE EVENT TRIGGER refuse ON ddl_command_end WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION refuse()`);
      onTestFinished(() => target.database.script('DROP EVENT TRIGGER refuse; DROP FUNCTION refuse'));
      const folders = readdirSync(target.folder);
      await expect(restore(whole)).rejects.toThrow('no index today');
      expect(await content(target)).toEqual(before);
      expect(readdirSync(target.folder)).toEqual(folders);
    });

    if (kind === 'postgres') {
      it('while a process is connected, and while a worker has sent a heartbeat lately', async () => {
        const other = await openPostgres({ url: target.url ?? '', log: quiet });
        await refused(whole, 'DATABASE_IN_USE', 'connected');
        await other.close();
        await target.database.query(`INSERT INTO worker (id, host, pid, slots) VALUES ('alive', 'h', 1, 1)`);
        before = await content(target);
        await refused(whole, 'DATABASE_IN_USE', 'heartbeat');
        await target.database.query('DELETE FROM worker');
        before = await content(target);
      });
    }
  });

  it('never replaces a file, and leaves none when it fails', async () => {
    const path = join(folder, 'existing');
    writeFileSync(path, 'mine');
    writeFileSync(join(source.folder, 'secret.key'), 'key');
    await expect(backUp(path)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    expect(readFileSync(path, 'utf8')).toBe('mine');
    expect(openFilesOf(source.folder)).toEqual([]);
    const failing: Database = {
      ...source.database,
      transaction: (work) =>
        source.database.transaction((transaction) =>
          work({
            ...transaction,
            query: (sql, parameters) =>
              sql.startsWith('FETCH') && parameters === undefined && --left < 0
                ? Promise.reject(new Error('the database went away'))
                : transaction.query(sql, parameters),
          }),
        ),
    };
    let left = 8;
    const files = readdirSync(folder);
    await expect(
      writeBackup(
        failing,
        { dataFolder: source.folder, secretKey: undefined },
        options(join(folder, 'half')),
      ),
    ).rejects.toThrow('the database went away');
    expect(readdirSync(folder)).toEqual(files);
  });

  it('has the state of one moment, while rows and files change', async () => {
    mkdirSync(join(source.folder, 'runs/1'), { recursive: true });
    const log = join(source.folder, 'runs/1/run.log');
    writeFileSync(log, 'first\n');
    const writer = setInterval(() => appendFileSync(log, 'later\n'.repeat(1000)));
    const path = join(folder, 'moving');
    await backUp(path);
    clearInterval(writer);
    const entries: string[] = [];
    for await (const { name } of readArchive(path)) entries.push(name);
    expect(entries[0]).toBe('matre-backup.json');
    expect(entries.at(-1)).toBe('manifest.json');
    await restore(path);
    expect(readFileSync(join(target.folder, 'runs/1/run.log'), 'utf8')).toMatch(
      /^first\n(later\n)*(l?a?t?e?r?)$/,
    );
  });

  it('counts files of runs in S3, and a restore names those that are not there', async () => {
    const s3 = await startS3();
    onTestFinished(() => s3.close());
    const objects = createS3Store(s3.config, { retryMs: 1 });
    const keys = Array.from({ length: 10 }, (_, index) => `runs/1-a/${index}`);
    await source.database.query(
      `INSERT INTO file_piece (run_id, path, at, size, sender, start, object)
       SELECT 1, key, 0, 100, 's', 0, key FROM unnest($1::text[]) AS key`,
      [keys],
    );
    for (const key of [...keys, 'runs/1-a/00', 'runs/2-b/0']) await objects.put(key, Buffer.from('x'));
    const path = join(folder, 'objects');
    expect(await backUp(path)).toMatchObject({ objects: { count: 10, bytes: 1_000 } });
    const restoreWith = async (store: typeof objects | undefined) => {
      const options = { path, replace: true, keepSchema: false, log: quiet, objects: store };
      return (await restoreBackup(target.database, target.folder, options)).objects;
    };
    expect(await restoreWith(objects)).toMatchObject({ checked: { count: 10, missing: 0, runs: [] } });
    await objects.remove(['runs/1-a/3', 'runs/1-a/9']);
    expect(await restoreWith(objects)).toMatchObject({ checked: { count: 10, missing: 2, runs: [1] } });
    s3.fail('refused');
    expect(await restoreWith(objects)).toMatchObject({ reason: expect.stringContaining('AccessDenied') });
    expect(await restoreWith(undefined)).toMatchObject({ count: 10, checked: undefined });
  });
});
