import { until } from '../support/until.ts';
import { type Evidence, gatherEvidence } from './evidence.ts';
import { type Injection, injectFaults } from './injector.ts';
import { judge, type Limits, type Violation } from './judge.ts';
import { startLoad } from './load.ts';
import { createRandom } from './random.ts';
import { openWorld, pause, type WorldOptions } from './world.ts';

export interface RoundOptions extends WorldOptions {
  seed: number;
  faults: number;
  forMs: number;
  /** How long everything may take to come to rest after the last fault. */
  settleMs: number;
  say(line: string): void;
  /** Leaves logs and journals there. */
  keep?: boolean;
}

export interface Verdict {
  evidence: Evidence;
  violations: Violation[];
}

/** MATRE_BEAT of the worlds, and five seconds to end what was found to be alone. */
export const limits: Limits = { deadMs: 5_000, hungMs: 2_000 + 5_000 };

/** A world, a load, faults; then quiet, until everything is finished or the time is up; then the judge. */
export async function playRound(options: RoundOptions): Promise<Verdict> {
  const { say } = options;
  const problems: Violation[] = [];
  const world = await openWorld(options);
  say(`workers' logs and journals are in ${world.folder}`);
  const random = createRandom(options.seed);
  let closed = false;
  try {
    const load = startLoad(world, createRandom(options.seed + 1));
    // There must be something to disturb.
    await until(async () => (await world.running()).length > 0, 180_000);
    const began = Date.now();
    const seconds = () => ((Date.now() - began) / 1000).toFixed(1).padStart(6);
    const injections = await injectFaults({
      world,
      random,
      faults: options.faults,
      forMs: options.forMs,
      onInjected: ({ kind, hit }: Injection) => say(`${seconds()} s  ${kind}, runs hit: ${hit.length}`),
      onProblem: (what) => problems.push({ kind: 'harness', what }),
    });
    await load.stop();
    say(`${seconds()} s  no more faults; ${load.acknowledged.length} runs were acknowledged`);
    await settle(world, options.settleMs);
    for (const name of await world.crew.stop()) {
      problems.push({ kind: 'harness', what: `${name} did not stop when it was asked to` });
    }
    const evidence = await gatherEvidence(world, { acknowledged: load.acknowledged, injections });
    const violations = [...problems, ...judge(evidence, limits)];
    if (options.keep || violations.length > 0) {
      say(`${world.folder} is kept`);
      await world.close({ keepFolder: true });
      closed = true;
    }
    return { evidence, violations };
  } finally {
    if (!closed) await world.close();
  }
}

async function settle(
  { database }: { database: { query: (sql: string) => Promise<object[]> } },
  forMs: number,
) {
  const end = Date.now() + forMs;
  while (Date.now() < end) {
    const open = await database
      .query(`SELECT id FROM run WHERE state <> 'finished' LIMIT 1`)
      .catch(() => [{}]);
    if (open.length === 0) return;
    await pause(200);
  }
}
