import { existsSync } from 'node:fs';
import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/store/database/database.ts';
import { migrate } from '../../src/store/database/migrate.ts';
import { openPostgres } from '../../src/store/database/postgres.ts';
import { kinds, openTestDatabase, quiet } from '../support/database.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { waitFor } from '../support/wait-for.ts';
import { artifactsConformance } from './conformance.ts';
import { insertRun, openArtifactsHost } from './host.ts';

describe.each(kinds)('the database, %s', (kind) => {
  artifactsConformance(async () => {
    const testDatabase = await openTestDatabase(kind);
    const host = await openArtifactsHost(testDatabase.database);
    return {
      artifacts: host.artifacts,
      newRun: () => insertRun(testDatabase.database),
      async close() {
        await host.close();
        await testDatabase.close();
      },
    };
  });
});

describe('hosts', () => {
  let postgres: TestPostgres;
  let database: Database;
  let hosts: Awaited<ReturnType<typeof openArtifactsHost>>[];

  beforeAll(async () => {
    postgres = await startPostgres();
    database = await openPostgres({ url: postgres.url, log: quiet });
    await migrate(database, { log: quiet });
    hosts = [await openArtifactsHost(database), await openArtifactsHost(database)];
  });
  afterAll(async () => {
    for (const host of hosts) await host.close();
    await database.close();
    await postgres.stop();
  });

  const host = (index: number) => hosts[index] as (typeof hosts)[number];
  const write = async (index: number, id: number, text: string) => {
    const log = await host(index).artifacts.runLog(id);
    await finished(log.end(text));
  };
  const logOf = async (id: number) => (await host(1).artifacts.readLog(id, 0, 1_000_000)).toString();
  const deliver = (index: number, id: number) =>
    host(index).uploader.deliver(id, new AbortController().signal);

  it('append to the log of a run one after the other; late text goes to the end', async () => {
    const id = await insertRun(database);
    await write(0, id, 'first, ');
    await deliver(0, id);
    await write(0, id, 'cut off, ');
    await write(1, id, 'second, ');
    await deliver(1, id);
    await deliver(0, id);
    expect(await logOf(id)).toBe('first, second, cut off, ');
    expect((await host(1).artifacts.readLog(id, 7, 6)).toString()).toBe('second');
  });

  it('upload nothing twice, however many processes upload it at the same time', async () => {
    const id = await insertRun(database);
    const text = 'x'.repeat(700_000);
    await write(0, id, text);
    await host(0).artifacts.write(id, 'tests/1/page.html', 'page');
    await Promise.all([1, 2, 3].map(() => deliver(0, id)));
    await write(0, id, 'end');
    await Promise.all([1, 2, 3].map(() => deliver(0, id)));
    expect(await logOf(id)).toBe(`${text}end`);
    expect(await host(1).artifacts.list(id)).toEqual([
      { path: 'run.log', size: 700_003 },
      { path: 'tests/1/page.html', size: 4 },
    ]);
  });

  it('keep their files while the database is unreachable, and upload them once when it is available again', async () => {
    const id = await insertRun(database);
    await write(0, id, 'before, ');
    await deliver(0, id);
    await postgres.shutdown();
    await write(0, id, 'meanwhile, ');
    await host(0).artifacts.write(id, 'screenshot.png', Buffer.alloc(300_000, 'png'));
    const gaveUp = new AbortController();
    gaveUp.abort();
    await host(0).uploader.deliver(id, gaveUp.signal);
    const delivered = deliver(0, id);
    await postgres.start();
    await delivered;
    expect(await logOf(id)).toBe('before, meanwhile, ');
    expect((await host(1).artifacts.list(id)).at(-1)).toEqual({ path: 'screenshot.png', size: 300_000 });
  });

  it('let a client follow a log that is being written, and remove uploaded files when the run is finished', async () => {
    const [id, unknown] = [await insertRun(database), 987_654];
    await host(0).artifacts.write(unknown, 'of another installation', 'x');
    const log = await host(0).artifacts.runLog(id);
    log.write('line 1\n');
    host(0).uploader.start();
    await waitFor(async () => (await logOf(id)) === 'line 1\n');
    log.write('line 2\n');
    await waitFor(async () => (await logOf(id)) === 'line 1\nline 2\n');
    await finished(log.end());
    await host(0).artifacts.write(id, 'late.txt', 'late');
    await host(0).uploader.stop();
    expect((await host(1).artifacts.list(id)).map(({ path }) => path)).toEqual(['late.txt', 'run.log']);

    const folder = join(host(0).folder, 'runs', String(id));
    expect(existsSync(folder)).toBe(true);
    await database.query(
      `UPDATE run SET state = 'finished', verdict = 'passed', finished_at = now() WHERE id = $1`,
      [id],
    );
    const longAgo = new Date(Date.now() - 3_600_000);
    for (const name of await readdir(folder)) await utimes(join(folder, name), longAgo, longAgo);
    // It begins with a scan of all files.
    const { uploader: next } = await openArtifactsHost(database, host(0).folder);
    next.start();
    await waitFor(() => !existsSync(folder));
    await next.stop();
    expect(existsSync(join(host(0).folder, 'runs', String(unknown)))).toBe(true);
    expect(await logOf(id)).toBe('line 1\nline 2\n');
  });
});
