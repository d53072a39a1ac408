// How long does the page of Allure take for a submission of 3,000 results (600 tests on 5 environments) with 300 screenshots, 100 steps
// of each of the 600 tests that failed, and the history of 100 earlier runs, how much memory, and how long do others wait for the API
// meanwhile? Another process asks for the overview and the results of a run, 20 times a second each; at first without a report.
//
//   npx tsx bench/report.ts
//
// `peak_mb` is the peak of the process of Allure and the growth of the server together. Writes bench/results/report.json.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { text } from 'node:stream/consumers';
import { openApp } from '../src/app/app.ts';
import { delay } from '../src/async/delay.ts';
import { loadConfig } from '../src/config/load-config.ts';
import { createLog } from '../src/log.ts';
import { startServer } from '../src/server/http/server.ts';
import { embeddedFolder } from '../test/support/database.ts';
import { startPostgres, withClient } from '../test/support/postgres.ts';
import { startRedis } from '../test/support/redis.ts';
import { percentile, printTable, writeResults } from './support/figures.ts';

const environments = 5;
const tests = 600;
const pastRuns = 20;
const screenshots = 300;
const screenshotBytes = 120_000;
const steps = 100;
/** Before the report: the server compiles what its answers need, and the times without a report are measured. */
const beforeMs = 5_000;

const postgres = await startPostgres({ settings: [] });
const redis = await startRedis();
const folder = await embeddedFolder();
const environment = {
  ...{ MATRE_DATA: folder, MATRE_PORT: '0', MATRE_SIGN_IN: 'off', MATRE_ENGINE: 'sandbox' },
  ...{ DATABASE_URL: postgres.url, LOCK_DSN: redis.url },
};
const app = await openApp(loadConfig({ environment, file: '/dev/null' }), {
  log: createLog({ level: 'warn' }),
});
const server = await startServer(app.context, '0.0.0');

const selection = `'{"all":true,"tests":[],"groups":[],"suites":[],"exclude":[]}'`;
const runs = environments * (pastRuns + 1);
await withClient(postgres.url, (client) =>
  client.query(`
    INSERT INTO environment (code, name, base_url, backend_name, admin_username)
    SELECT 'e' || number, 'E', 'https://e.test/', 'admin', 'admin' FROM generate_series(1, ${environments}) AS number;
    INSERT INTO run (environment_id, selection, requested_by, state, verdict, attempt, counts, queued_at, started_at, finished_at)
    SELECT number % ${environments} + 1, ${selection}, 'bench', 'finished', 'failed', 1,
      '{"planned":${tests},"passed":${tests * 0.8},"failed":${tests * 0.2}}', past, past, past + interval '30 minutes'
    FROM generate_series(1, ${runs}) AS number, LATERAL (SELECT now() - interval '1 hour' * (${runs + 1} - number) AS past) AS at;
    INSERT INTO planned_test (run_id, position, test)
    SELECT run.id, number, 'StorefrontCheckoutWithSeveralAddressesAndACoupon' || number || 'Test'
    FROM run, generate_series(1, ${tests}) AS number;
    INSERT INTO result (run_id, test, attempt, status, message, started_at, duration_ms, recorded_at, attachments)
    SELECT run_id, test, 1, CASE WHEN position % 5 = 0 THEN 'failed' ELSE 'passed' END,
      CASE WHEN position % 5 = 0 THEN repeat('Element "#place-order" was not found. ', 40) END,
      run.started_at + position * interval '3 seconds', 3000, run.started_at + position * interval '3 seconds', '[]'
    FROM planned_test JOIN run ON run.id = run_id;`),
);
const ids = Array.from({ length: environments }, (_, index) => runs - index);
const stepsFile = JSON.stringify(
  Array.from({ length: steps }, (_, index) => ({
    name: `[step${index}] click "#checkout .payment-method-title .field:nth-child(${index})"`,
    ...{ status: index === steps - 1 ? 'failed' : 'passed', durationMs: 30, attachments: [], steps: [] },
  })),
);
for (const id of ids) await app.context.artifacts.write(id, 'tests/steps.json', stepsFile);
await app.context.database.query(
  `UPDATE result SET attachments = '[{"name": "Steps", "kind": "steps", "path": "tests/steps.json"}]'
   WHERE status = 'failed' AND run_id = ANY ($1::bigint[])`,
  [ids],
);
for (let index = 0; index < screenshots; index += 1) {
  const id = ids[index % environments] as number;
  const test = `StorefrontCheckoutWithSeveralAddressesAndACoupon${5 * (Math.floor(index / environments) + 1)}Test`;
  const path = `tests/${test}/screenshot.png`;
  const picture = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), randomBytes(screenshotBytes)]);
  await app.context.artifacts.write(id, path, picture);
  await app.context.database.query(
    'UPDATE result SET attachments = attachments || $3::jsonb WHERE run_id = $1 AND test = $2',
    [id, test, JSON.stringify([{ name: 'Screenshot', kind: 'screenshot', path }])],
  );
}
await withClient(postgres.url, (client) => client.query('VACUUM ANALYZE'));

/** Asks from outside until it is ended, and prints of each answer when it was asked for, and its milliseconds. */
const clientScript = `
const times = [];
const ask = async (path) => {
  const at = performance.now();
  const sentAt = Date.now();
  await (await fetch('${server.url}' + path)).text();
  times.push([sentAt, performance.now() - at]);
};
const timers = ['/api/overview', '/api/runs/${ids[0]}/results?only=failures'].map((path) => setInterval(() => ask(path), 50));
process.on('SIGTERM', () => { timers.forEach(clearInterval); process.stdout.write(JSON.stringify(times), () => process.exit()); });`;

/** The memory of a process in MB, from a line of its status: VmRSS, or VmHWM, its peak. */
function memoryOf(pid: number | string, line: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${line}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0) / 1024;
}

/** The peak of the process of Allure, as far as it runs now. */
function allureMegabytes(): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const peaks = pids.map((pid) => {
    try {
      const [command = ''] = [readFileSync(`/proc/${pid}/cmdline`, 'latin1')];
      const isOurs = command.includes('generate') && command.includes(folder);
      return isOurs ? memoryOf(pid, 'VmHWM') : 0;
    } catch {
      return 0;
    }
  });
  return Math.max(0, ...peaks);
}

async function measure(ids: readonly number[]) {
  const client = spawn(process.execPath, ['-e', clientScript], { stdio: ['ignore', 'pipe', 'inherit'] });
  const answers = text(client.stdout);
  let allureMb = 0;
  let serverMb = 0;
  await delay(beforeMs);
  const before = memoryOf(process.pid, 'VmRSS');
  const sampler = setInterval(() => {
    allureMb = Math.max(allureMb, allureMegabytes());
    serverMb = Math.max(serverMb, memoryOf(process.pid, 'VmRSS') - before);
  }, 250);
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  const startedAt = Date.now();
  const startedMs = performance.now();
  const response = await fetch(`${server.url}/api/allure-reports`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ids: ids.join(',') }),
  });
  const seconds = (performance.now() - startedMs) / 1000;
  if (!response.ok) throw new Error(await response.text());
  loop.disable();
  clearInterval(sampler);
  client.kill('SIGTERM');
  const times: [sentAt: number, ms: number][] = JSON.parse(await answers);
  // The first second is that of a server that has compiled nothing yet.
  const warmAt = startedAt - beforeMs + 1_000;
  return {
    ...{ seconds, allureMb, serverMb, loopMaxMs: loop.max / 1e6, loopP99Ms: loop.percentile(99) / 1e6 },
    before: times.flatMap(([at, ms]) => (at >= warmAt && at < startedAt ? [ms] : [])),
    times: times.flatMap(([at, ms]) => (at >= startedAt ? [ms] : [])),
  };
}

try {
  const { seconds, allureMb, serverMb, before, times, loopMaxMs, loopP99Ms } = await measure(ids);
  const metrics = {
    ...{ seconds, peak_mb: allureMb + serverMb, api_p99_ms: percentile(times, 0.99) },
    api_p99_before_ms: percentile(before, 0.99),
  };
  const rows = [
    ...Object.entries({ ...metrics, allure_mb: allureMb, server_growth_mb: serverMb }),
    ['api_median_ms', percentile(times, 0.5)] as const,
    ['api_max_ms', Math.max(...times)] as const,
    ['loop_p99_ms', loopP99Ms] as const,
    ['loop_max_ms', loopMaxMs] as const,
    ['answers', times.length] as const,
  ];
  printTable(rows.map(([name, value]) => [name, value.toFixed(1)]));
  await writeResults('report', {
    metrics,
    rows: [
      {
        ...{ allure_mb: allureMb, server_growth_mb: serverMb, answers: times.length },
        ...{ loop_p99_ms: loopP99Ms, loop_max_ms: loopMaxMs },
      },
    ],
  });
} finally {
  await server.close();
  await app.close();
  await redis.stop();
  await postgres.stop();
}
