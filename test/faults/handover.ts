/**
 * How long does an environment stand still when its worker dies, and when the worker is asked to stop: from the signal,
 * or from the end of the running test, to the start of the next test there? Two worker processes with one slot each,
 * one environment, an otherwise idle machine. Variables: TIMES (3), ENGINE.
 */
import { monotonicMs } from './clock.ts';
import { gatherEvidence, type Lifetime } from './evidence.ts';
import { type Harness, openHarness } from './harness.ts';
import { startLoad } from './load.ts';
import { createRandom } from './random.ts';
import { pause, shortSettings } from './stores.ts';

const times = Number(process.env['TIMES'] || 3);
const engine = process.env['ENGINE'] === 'sandbox' ? 'sandbox' : 'auto';

const defaultSettings = { MATRE_LEASE: '25s', LOCK_TTL: '25s', MATRE_BEAT: '10s' };

for (const [name, settings] of Object.entries({ short: shortSettings, default: defaultSettings })) {
  const harness = await openHarness({
    engine,
    processes: 2,
    slots: 1,
    environments: 1,
    embedded: false,
    settings,
  });
  const load = startLoad(harness, createRandom(1));
  try {
    for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
      const delays: number[] = [];
      for (let count = 0; count < times; count++) delays.push(await handOver(harness, signal));
      const seconds = delays.map((ms) => (ms / 1000).toFixed(1)).join(', ');
      console.log(`${name} settings, ${signal}: ${seconds} s`);
    }
  } finally {
    await load.stop();
    await harness.close();
  }
}

async function handOver(harness: Harness, signal: 'SIGKILL' | 'SIGTERM'): Promise<number> {
  const { workers } = harness;
  const tests = async () =>
    (await gatherEvidence(harness, harness)).lifetimes.filter(({ test }) => test !== undefined);
  const last = (lifetimes: Lifetime[]) => lifetimes.at(-1);
  // Both workers are up, and a test has just started.
  for (;;) {
    const before = (await tests()).length;
    await pause(50);
    if (workers.processes.every(({ ready }) => ready) && (await tests()).length > before) break;
  }
  const [running] = await harness.running();
  const worker = workers.processes.find(({ pid }) => pid === running?.pid);
  if (!worker) return handOver(harness, signal);
  const at = monotonicMs();
  worker.signal(signal);
  const runningTest = last(await tests());
  for (;;) {
    const next = (await tests()).find(({ from, fence }) => from > at && fence > (runningTest?.fence ?? 0));
    if (next) {
      const since = signal === 'SIGTERM' ? lastEnd(await tests(), runningTest) : at;
      return next.from - since;
    }
    await pause(50);
  }
}

/** The end of the last test of the previous owner of the environment. */
function lastEnd(lifetimes: Lifetime[], runningTest: Lifetime | undefined): number {
  return Math.max(...lifetimes.filter(({ fence }) => fence === runningTest?.fence).map(({ to }) => to));
}
