import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../../src/store/database/migrate.ts';
import { openPostgres } from '../../../src/store/database/postgres.ts';
import { type Child, startChild } from '../../support/child.ts';
import { startPostgres } from '../../support/postgres.ts';
import { startProxy } from '../../support/proxy.ts';
import { startRedis } from '../../support/redis.ts';
import { waitFor } from '../../support/wait-for.ts';
import { type Evidence, gatherEvidence, joinEvidence } from '../evidence.ts';
import { onPostgres } from '../installation.ts';
import { judge, type Violation } from '../judge.ts';
import { startLoad } from '../load.ts';
import { postgresOutages } from '../postgres-outages.ts';
import { createRandom } from '../random.ts';
import { addEnvironments, pause, silentLog } from '../stores.ts';
import { startRetrying } from '../user-retries.ts';

export interface CampaignOptions {
  seed: number;
  /** How many retries by users. */
  retries: number;
  environments: number;
  processes: number;
  print?(line: string): void;
}

export interface CampaignVerdict {
  evidence: Evidence;
  violations: Violation[];
  /** How often each fault was injected. */
  faults: Map<string, number>;
}

const leaseMs = 3_000;
/** Between two faults. */
const gapMs: [low: number, high: number] = [500, 2_500];

/**
 * Retries runs while worker processes are killed and the stores are away, until all retries were made and every run has its verdict, and
 * judges. Its tests are executed in the worker processes, so an attempt takes a moment, and hundreds of retries some minutes.
 */
export async function runCampaign(options: CampaignOptions): Promise<CampaignVerdict> {
  const { seed, environments: count, processes } = options;
  const random = createRandom(seed);
  const folder = await mkdtemp(join(tmpdir(), 'matre-retries-'));
  const journals = join(folder, 'journals');
  await mkdir(journals);
  const closing: (() => Promise<unknown> | unknown)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const postgres = await startPostgres();
    closing.push(postgres.stop);
    const redis = await startRedis();
    closing.push(redis.stop);
    const proxy = await startProxy(postgres.port);
    closing.push(proxy.close);
    const database = await openPostgres({ url: postgres.url, log: silentLog });
    closing.push(database.close);
    await migrate(database, { log: silentLog });
    const codes = Array.from({ length: count }, (_, index) => `shop-${index + 1}`);
    const environments = await addEnvironments(database, codes, 'http://127.0.0.1/');
    const workers = createWorkerProcesses({ postgres, proxy, redis, folder, journals, processes });
    closing.push(workers.kill);

    const own = { environments, workers: { absences: [] } as never };
    const installation = onPostgres({ ...own, database, withFailures: true });
    const load = startLoad(installation, createRandom(seed + 1));
    const retrying = startRetrying(installation, {
      ...{ database, random: createRandom(seed + 2), count: options.retries, everyMs: 200 },
    });
    const faults = new Map<string, number>();
    const kinds = faultsOf({ postgres, proxy, redis, workers });
    while (installation.retries.length < options.retries) {
      const [kind] = random.shuffled(Object.keys(kinds));
      if (kind === undefined) break;
      await kinds[kind]?.(random.between(200, 1_500));
      faults.set(kind, (faults.get(kind) ?? 0) + 1);
      options.print?.(`${kind}; ${installation.retries.length} retries so far`);
      await pause(random.between(...gapMs));
    }
    await retrying.stop();
    await load.stop();
    await waitFor(() => installation.atRest().catch(() => false));
    await workers.stop();
    const journal = (code: string) => join(journals, `${code}.jsonl`);
    const evidence = joinEvidence([await gatherEvidence(installation, { database, journal })], {
      injections: [],
      stalls: [],
    });
    const violations = judge(evidence, { deadMs: 60_000, hungMs: 60_000, retries: 2 });
    return { evidence, violations, faults };
  } finally {
    for (const step of closing.reverse()) await step();
  }
}

type Servers = {
  postgres: Awaited<ReturnType<typeof startPostgres>>;
  proxy: Awaited<ReturnType<typeof startProxy>>;
  redis: Awaited<ReturnType<typeof startRedis>>;
};

/** What can go wrong, each for some time. */
function faultsOf({
  postgres,
  proxy,
  redis,
  workers,
}: Servers & { workers: ReturnType<typeof createWorkerProcesses> }): Record<
  string,
  (ms: number) => Promise<void>
> {
  return {
    'worker killed': () => workers.restartOne('SIGKILL'),
    'worker killed, too': () => workers.restartOne('SIGKILL'),
    'worker asked to stop': () => workers.restartOne('SIGTERM'),
    ...postgresOutages({ postgres, proxy }),
    async 'Redis killed, restarted empty'(ms) {
      await redis.kill();
      await pause(ms);
      await redis.restart();
    },
  };
}

function createWorkerProcesses({
  postgres,
  proxy,
  redis,
  folder,
  journals,
  processes,
}: Servers & { folder: string; journals: string; processes: number }) {
  const url = new URL(postgres.url);
  url.port = String(proxy.port);
  const program = new URL('./worker-process.ts', import.meta.url);
  const start = (index: number): Child => {
    const spool = join(folder, 'spool');
    return startChild(program, [url.href, redis.url, `host-${index}`, String(leaseMs), spool, journals]);
  };
  const children = Array.from({ length: processes }, (_, index) => start(index));
  let isStopped = false;
  // One that exits because a store was away when it started is started again, as a process manager does.
  const watch = (index: number): void => {
    void children[index]?.exited.then(async () => {
      await pause(300);
      if (isStopped) return;
      children[index] = start(index);
      watch(index);
    });
  };
  children.forEach((_, index) => {
    watch(index);
  });
  let next = 0;
  return {
    async restartOne(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
      next = (next + 1) % children.length;
      children[next]?.signal(signal);
    },
    async stop(): Promise<void> {
      isStopped = true;
      for (const child of children) child.signal('SIGTERM');
      await Promise.race([Promise.all(children.map(({ exited }) => exited)), pause(20_000)]);
    },
    async kill(): Promise<void> {
      isStopped = true;
      await Promise.all(children.map((child) => child.kill()));
    },
  };
}

/** The last lines of the report: numbers, violations, and a line of zeros. */
export function reportCampaign({ evidence, violations, faults }: CampaignVerdict): string {
  const { runs, attempts, retries, acknowledged } = evidence;
  const count = (kind: string) => violations.filter((violation) => violation.kind === kind).length;
  const byVerdict = ['passed', 'failed', 'broken'].map(
    (verdict) => `${verdict} ${runs.filter((run) => run.verdict === verdict).length}`,
  );
  const outcomes = ['finished', 'lost', 'handed-back', 'broken'].map(
    (outcome) => `${outcome} ${attempts.filter((attempt) => attempt.outcome === outcome).length}`,
  );
  const injected = [...faults.values()].reduce((sum, times) => sum + times, 0);
  return [
    ...[...faults].sort().map(([kind, times]) => `${times} x ${kind}`),
    `${runs.length} runs (${acknowledged.length} acknowledged): ${byVerdict.join(', ')}`,
    `${attempts.length} attempts: ${outcomes.join(', ')}`,
    ...violations.map(({ kind, message }) => `VIOLATION ${kind}: ${message}`),
    `retries=${retries.length} injected=${injected} lost=${count('lost')} overlaps=${count('overlap')} ` +
      `doubled=${count('doubled')} other=${violations.length - count('lost') - count('overlap') - count('doubled')}`,
  ].join('\n');
}
