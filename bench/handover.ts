// How long does an environment stand still when its worker dies, hangs, and when it is asked to stop? From the signal, or from the end of the
// test under way, to the start of the next test there. Two worker processes with one slot each, one environment, with short and with
// default settings.
//
//   TIMES=3 ENGINE=auto npx tsx bench/handover.ts       ENGINE: auto or sandbox
//
// Prints a row for each kind; writes bench/results/handover.json.
import { monotonicMs } from '../test/faults/clock.ts';
import { gatherEvidence, type Lifetime } from '../test/faults/evidence.ts';
import { type Harness, openHarness } from '../test/faults/harness.ts';
import { startLoad } from '../test/faults/load.ts';
import { createRandom } from '../test/faults/random.ts';
import { pause, shortSettings } from '../test/faults/stores.ts';
import { median, writeResults } from './support/figures.ts';

const times = Number(process.env['TIMES'] || 3);
const engine = process.env['ENGINE'] === 'sandbox' ? 'sandbox' : 'auto';

const defaultSettings = { MATRE_LEASE: '20s', LOCK_TTL: '20s', MATRE_BEAT: '10s' };

const rows: { settings: string; signal: string; times: number; median_ms: number; max_ms: number }[] = [];
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
    for (const signal of ['SIGKILL', 'SIGSTOP', 'SIGTERM'] as const) {
      const measured: number[] = [];
      for (let count = 0; count < times; count++) measured.push(await handOver(harness, signal));
      rows.push({
        settings: name,
        signal,
        times,
        median_ms: Math.round(median(measured)),
        max_ms: Math.round(Math.max(...measured)),
      });
    }
  } finally {
    await load.stop();
    await harness.close();
  }
}
console.table(rows);
const metrics = Object.fromEntries(
  rows.map(({ settings, signal, median_ms }) => [`${settings}_${signal.toLowerCase()}_p50_ms`, median_ms]),
);
await writeResults('handover', { metrics, rows });

async function handOver(harness: Harness, signal: 'SIGKILL' | 'SIGSTOP' | 'SIGTERM'): Promise<number> {
  const { workers } = harness;
  const tests = async () =>
    (await gatherEvidence(harness, harness)).lifetimes.filter(({ test }) => test !== undefined);
  const last = (lifetimes: Lifetime[]) => lifetimes.at(-1);
  // Both are there, and a test has just started.
  for (;;) {
    const before = (await tests()).length;
    await pause(50);
    if (workers.processes.every(({ ready }) => ready) && (await tests()).length > before) break;
  }
  const [running] = await harness.running();
  const post = workers.processes.find(({ pid }) => pid === running?.pid);
  if (!post) return handOver(harness, signal);
  const at = monotonicMs();
  post.signal(signal);
  const underWay = last(await tests());
  for (;;) {
    const next = (await tests()).find(({ from, fence }) => from > at && fence > (underWay?.fence ?? 0));
    if (next) {
      // It finds its fence old.
      if (signal === 'SIGSTOP') post.signal('SIGCONT');
      const since = signal === 'SIGTERM' ? lastEnd(await tests(), underWay) : at;
      return next.from - since;
    }
    await pause(50);
  }
}

/** When the last test ended that the one who had the environment has executed. */
function lastEnd(lifetimes: Lifetime[], underWay: Lifetime | undefined): number {
  return Math.max(...lifetimes.filter(({ fence }) => fence === underWay?.fence).map(({ to }) => to));
}
