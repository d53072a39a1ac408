// How fast are a backup and a restore of a large installation on PostgreSQL, and how much memory do they take?
//
//   npx tsx bench/backup.ts [megabytes in the database, 512] [megabytes of files, 512]
//
// The database has 500,000 results, and chunks of files of 256 kB that cannot be compressed; the files are as many as make the
// megabytes with 100 kB each. Both commands run in their own process, whose greatest resident memory is sampled from the kernel (VmHWM).
// Writes bench/results/backup.json.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '../src/log.ts';
import { migrate } from '../src/store/database/migrate.ts';
import { openPostgres } from '../src/store/database/postgres.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { printTable, writeResults } from './support/figures.ts';

const databaseMegabytes = Number(process.argv[2] ?? 512);
const fileMegabytes = Number(process.argv[3] ?? 512);
const results = 500_000;

const postgres = await startPostgres();
const home = mkdtempSync(join(tmpdir(), 'matre-bench-backup-'));
const data = join(home, 'data');
try {
  const log = createLog({ level: 'silent' });
  const database = await openPostgres({ url: postgres.url, log, timeoutMs: 600_000 });
  await migrate(database, { log });
  await database.script(`
    INSERT INTO environment (code, name, base_url, backend_name, admin_username) VALUES ('a', 'a', 'http://a/', 'x', 'x');
    INSERT INTO run (environment_id, selection, state, verdict, finished_at, requested_by)
    SELECT 1, '{"all": true, "tests": [], "groups": [], "suites": [], "exclude": []}', 'finished', 'passed', now(), 'bench'
    FROM generate_series(1, ${results / 100});
    INSERT INTO planned_test (run_id, position, test)
    SELECT run, test, 'AdminCreateSomething' || test FROM generate_series(1, ${results / 100}) AS run, generate_series(1, 100) AS test;
    INSERT INTO result (run_id, test, attempt, status, message, started_at, duration_ms)
    SELECT run_id, test, 1, 'failed', 'Element "#save" was not found in ' || run_id || ' seconds', now(), 30000 FROM planned_test`);
  for (let chunk = 0; chunk < databaseMegabytes * 4; chunk++) {
    await database.query(
      `INSERT INTO file_piece (run_id, path, at, size, bytes, sender, start) VALUES ($1, 'video', $2, 262144, $3, 's', $2)`,
      [1 + (chunk % 1000), chunk * 262_144, randomBytes(262_144)],
    );
  }
  await database.close();
  for (let file = 0; file < fileMegabytes * 10; file++) {
    const folder = join(data, 'runs', String(1 + (file % 1000)), `test-${file}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'screenshot.png'), randomBytes(102_400));
  }
  const backup = join(home, 'backup.tar.gz');
  const backing = await measure('backup', backup);
  const restoring = await measure('restore', backup, '--replace');
  const metrics = {
    databaseMegabytes,
    fileMegabytes,
    results,
    backupMegabytes: statSync(backup).size / 1024 ** 2,
    backupS: backing.seconds,
    backupMemoryMegabytes: backing.megabytes,
    restoreS: restoring.seconds,
    restoreMemoryMegabytes: restoring.megabytes,
  };
  printTable(Object.entries(metrics).map(([name, value]) => [name, value.toFixed(1)]));
  await writeResults('backup', { metrics });
} finally {
  await postgres.stop();
  rmSync(home, { recursive: true, force: true });
}

async function measure(...args: string[]): Promise<{ seconds: number; megabytes: number }> {
  const begin = performance.now();
  const main = new URL('../src/cli/main.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...args], {
    stdio: 'inherit',
    env: { ...process.env, DATABASE_URL: postgres.url, MATRE_DATA: data },
  });
  let kilobytes = 0;
  const sampling = setInterval(() => {
    const status = existsSync(`/proc/${child.pid}`) ? readFileSync(`/proc/${child.pid}/status`, 'utf8') : '';
    kilobytes = Math.max(kilobytes, Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0));
  }, 100);
  const [code] = await once(child, 'exit');
  clearInterval(sampling);
  if (code !== 0) throw new Error(`matre ${args[0]} ended with ${code}`);
  return { seconds: (performance.now() - begin) / 1000, megabytes: kilobytes / 1024 };
}
