import { monotonicMs } from '../faults/clock.ts';
import { lifetimesIn, readJournal } from '../faults/evidence.ts';
import type { RunningRun } from '../faults/installation.ts';
import type { Random } from '../faults/random.ts';
import { pause } from '../faults/stores.ts';
import type { WorkerProcess } from '../faults/workers.ts';
import { waitFor } from '../support/wait-for.ts';
import type { HostsHarness } from './harness.ts';

/** The ways to cut a host off. */
const kinds = {
  'for longer than a lease': { lasts: [5_000, 8_000], hangs: false },
  'for a moment': { lasts: [300, 1_800], hangs: false },
  'while its worker hangs': { lasts: [5_000, 8_000], hangs: true },
} as const;

/**
 * Every third cut is of the last kind, where no process on the host looks after its test processes; half are of the
 * first.
 */
const order: (keyof typeof kinds)[] = [
  'for longer than a lease',
  'while its worker hangs',
  'for longer than a lease',
  'for a moment',
  'for longer than a lease',
  'while its worker hangs',
];

/** How long a host may take to execute a test before it is cut off anyway. */
const testTimeoutMs = 60_000;
/** Processes send a heartbeat four times a second. */
const heartbeatMs = 700;

export interface Cut {
  host: string;
  kind: string;
  /** Monotonic milliseconds of start and end. */
  from: number;
  to: number;
  /** The worker process there, and its runs with a running test. */
  pid: number | undefined;
  affected: number;
}

/** Cuts off one host after the other while it executes a test, and reconnects it. */
export async function cutHosts(
  harness: HostsHarness,
  { cuts, random, print }: { cuts: number; random: Random; print(line: string): void },
): Promise<Cut[]> {
  const { hosts, workers } = harness;
  const done: Cut[] = [];
  /** Runs of a process whose tests have sent a heartbeat a moment ago. */
  const testsOf = async ({ pid }: WorkerProcess) =>
    (await harness.running()).filter((run) => run.pid === pid && isTesting(harness, run)).length;
  for (let number = 0; number < cuts; number++) {
    const index = number % hosts.length;
    const [host, worker] = [hosts[index], workers.processes[index]];
    const kind = order[number % order.length];
    if (!host || !worker || !kind) continue;
    await waitFor(async () => (await testsOf(worker)) > 0, testTimeoutMs).catch(() => {});
    await pause(random.between(0, 300));
    const affected = await testsOf(worker);
    const {
      lasts: [least, most],
      hangs,
    } = kinds[kind];
    const [from, pid] = [monotonicMs(), worker.pid];
    host.cutOff();
    if (hangs) {
      await pause(random.between(0, 1_500));
      worker.signal('SIGSTOP');
    }
    await pause(random.between(least, most));
    // Whichever is available again first.
    const reconnections = [() => host.plugIn(), () => hangs && worker.signal('SIGCONT')];
    for (const step of random.shuffled(reconnections)) {
      step();
      await pause(random.between(0, 500));
    }
    done.push({ host: host.name, kind, from, to: monotonicMs(), pid, affected });
    print(`${host.name} was cut off ${kind}, runs hit: ${affected}`);
    await pause(random.between(500, 2_000));
  }
  return done;
}

function isTesting(harness: HostsHarness, run: RunningRun): boolean {
  const environment = harness.environments.find(({ id }) => id === run.environmentId);
  if (!environment) return false;
  const lifetimes = lifetimesIn(readJournal(harness.journal(environment.code)), environment.id);
  return lifetimes.some(
    ({ runId, test, code, to }) =>
      runId === run.id && test !== undefined && code === undefined && to > monotonicMs() - heartbeatMs,
  );
}
