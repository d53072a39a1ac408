// How long after a test has ended in its container do open pages show it? The time is from the end of the process, as
// the supervisor in the container records it, to the response that a page gets after the event of the change: results
// collected, files stored, rows written, event sent, data requested. Two environments execute the smoke group at once,
// on a PostgreSQL and a Redis; the pages are in a process of their own, and each requests the run and the overview on
// every change.
//
//   npx tsx bench/live.ts [pages]        50 by default
//
// Writes bench/results/live.json. MATRE_ENGINE chooses the engine.
import { readFile } from 'node:fs/promises';
import { intervalsOf, readJournal } from '../src/demo/judge.ts';
import { containerName } from '../src/model/environment.ts';
import { startServer } from '../src/server/http/server.ts';
import { startChild } from '../test/support/child.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { startRedis } from '../test/support/redis.ts';
import { percentile, printTable, writeResults } from './support/figures.ts';
import { openInstallation } from './support/installation.ts';

const pages = Number(process.argv[2] ?? 50);
const codes = ['bench-a', 'bench-b'];
const selection = { groups: ['smoke'] };

const postgres = await startPostgres();
const redis = await startRedis();
const installation = await openInstallation({
  codes,
  settings: { DATABASE_URL: postgres.url, LOCK_DSN: redis.url, MATRE_SIGN_IN: 'off', MATRE_PORT: '0' },
});
const { app, engine, environments } = installation;
const server = await startServer(app.context, '0.0.0');

/** When the test processes of a run ended in a container, in milliseconds since 1970, in their order. */
async function ends(environmentId: number, runId: number): Promise<number[]> {
  const journal = intervalsOf(await readJournal(engine, containerName(environmentId)));
  const uptime = Number((await readFile('/proc/uptime', 'utf8')).split(' ')[0]);
  const bootedAt = Date.now() - uptime * 1_000;
  return journal
    .filter(({ token }) => token.startsWith(`run-${runId}-`))
    .map(({ to }) => bootedAt + to * 1_000);
}

try {
  // The first run generates; the second run is measured.
  await installation.measure(environments, selection);
  const child = startChild(new URL('./live/pages.ts', import.meta.url), [server.url, String(pages)]);
  await child.line();
  const { runs } = await installation.measure(environments, selection);
  child.writeLine('end');
  const timesByPage = new Map(Object.entries(JSON.parse(await child.line()) as Record<string, number>));
  const delays: number[] = [];
  for (const run of runs) {
    const endTimes = await ends(run.environmentId, run.id);
    const firstSeen = new Map<string, number[]>();
    for (const [key, at] of timesByPage) {
      const [, name = ''] = key.split(' ');
      if (name.startsWith(`${run.id}:`)) firstSeen.set(name, [...(firstSeen.get(name) ?? []), at]);
    }
    for (const times of firstSeen.values()) {
      // The last process that ended before a page showed the test is the process of the test.
      const own = endTimes.findLast((at) => at <= Math.min(...times));
      if (own !== undefined) delays.push(...times.map((at) => at - own));
    }
  }
  const metrics = {
    pages,
    tests_seen: delays.length,
    median_ms: percentile(delays, 0.5),
    p99_ms: percentile(delays, 0.99),
    worst_ms: Math.max(...delays),
  };
  printTable(Object.entries(metrics).map(([name, value]) => [name, value.toFixed(0)]));
  await writeResults('live', { metrics, engine: engine.kind });
} finally {
  await server.close();
  await installation.close();
  await redis.stop();
  await postgres.stop();
}
