import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '../support/wait-for.ts';
import { type Evidence, gatherEvidence, joinEvidence, type OwnEvidence } from './evidence.ts';
import { unexplainedBreakages } from './explanation.ts';
import { type Harness, type HarnessOptions, openHarness } from './harness.ts';
import { excludedKinds, type Injection, injectFaults } from './injector.ts';
import type { Installation } from './installation.ts';
import { judge, type Violation } from './judge.ts';
import { startLoad } from './load.ts';
import { createRandom } from './random.ts';
import { startReserving } from './reservations.ts';
import { watchStalls } from './stalls.ts';
import { beatMs, pause, retries } from './stores.ts';
import { startRetrying } from './user-retries.ts';

export interface RoundOptions extends HarnessOptions {
  seed: number;
  faults: number;
  forMs: number;
  only?: RegExp | undefined;
  /** How many finished runs are retried as a user does, meanwhile. */
  retries?: number;
  /** How often environments are reserved meanwhile. */
  reservations?: number;
  /** Timeout for everything to finish after the last fault. */
  settleMs: number;
  /** How long test processes may outlive a worker, from the moment when they should have noticed. */
  outliveMs: number;
  print(line: string): void;
  /** Keeps logs, journals and the evidence there. */
  keep?: boolean;
}

export interface Verdict {
  evidence: Evidence;
  violations: Violation[];
  /** Kinds that this machine does not support. */
  excludedKinds: { kind: string; reason: string }[];
}

/** Opens a harness, applies load and faults, waits until everything is finished or the time is up, and judges. */
export async function runRound(options: RoundOptions): Promise<Verdict> {
  const { print } = options;
  const violations: Violation[] = [];
  const problem = (message: string) => violations.push({ kind: 'harness', message });
  const { retries: userRetries = 0, reservations = 0 } = options;
  const harness = await openHarness({ ...options, withFailures: userRetries > 0 });
  const installations: Installation[] = [harness, ...(harness.embedded ? [harness.embedded] : [])];
  print(`logs and journals are in ${harness.folder}`);
  const random = createRandom(options.seed);
  let keepFolder = options.keep ?? false;
  const { stalls, stop: stopWatching } = watchStalls();
  try {
    const loads = installations.map((each, index) => startLoad(each, createRandom(options.seed + 1 + index)));
    // Faults need running runs.
    for (const each of installations) await waitFor(async () => (await each.running()).length > 0);
    const retrying = startRetrying(harness, {
      database: harness.database,
      random: createRandom(options.seed + 9),
      count: userRetries,
      everyMs: (0.8 * options.forMs) / Math.max(1, userRetries),
    });
    const reserving = startReserving(harness, {
      database: harness.database,
      random: createRandom(options.seed + 10),
      count: reservations,
      everyMs: (0.8 * options.forMs) / Math.max(1, reservations),
    });
    const began = Date.now();
    const seconds = () => ((Date.now() - began) / 1000).toFixed(1).padStart(6);
    const injections = await injectFaults({
      harness,
      random,
      faults: options.faults,
      forMs: options.forMs,
      only: options.only,
      onInjected: ({ kind, affectedRuns }: Injection) =>
        print(`${seconds()} s  ${kind}, runs hit: ${affectedRuns.length}`),
      onProblem: problem,
    });
    for (const load of loads) await load.stop();
    await retrying.stop();
    await reserving.stop();
    if (userRetries > 0) {
      const { length } = harness.retries;
      print(`${seconds()} s  ${length} of ${userRetries} retries by users, the others found no finished run`);
      if (length === 0) problem('No run was retried, so this says nothing about retries.');
    }
    const acknowledged = installations.flatMap((each) => each.acknowledged).length;
    print(`${seconds()} s  no more faults; ${acknowledged} runs were acknowledged`);
    await settle(installations, options.settleMs);
    print(`${seconds()} s  at rest`);
    for (const each of installations) {
      for (const name of await each.workers.stop()) problem(`${name} did not stop when it was asked to`);
    }
    const evidence = joinEvidence(await gatherAll(harness), { injections, stalls });
    if (reservations > 0 && evidence.reservations.length === 0)
      problem('No reservation began, so this says nothing about reservations.');
    const { outliveMs } = options;
    const limits = { deadMs: outliveMs, hungMs: beatMs + outliveMs, retries };
    violations.push(...judge(evidence, limits), ...unexplainedBreakages(evidence));
    keepFolder ||= violations.length > 0;
    if (keepFolder) await writeFile(join(harness.folder, 'evidence.json'), JSON.stringify(evidence));
    return { evidence, violations, excludedKinds: excludedKinds(harness) };
  } catch (error) {
    keepFolder = true;
    throw error;
  } finally {
    stopWatching();
    if (keepFolder) print(`${harness.folder} is kept`);
    // A throw from here would take the place of the verdict, which took the whole round.
    await harness
      .close({ keepFolder })
      .catch((error: unknown) => problem(`The harness did not close: ${error}`));
  }
}

async function gatherAll(harness: Harness): Promise<OwnEvidence[]> {
  const { embedded, journal } = harness;
  const parts = [await gatherEvidence(harness, harness)];
  if (!embedded) return parts;
  const database = await embedded.open();
  parts.push(await gatherEvidence(embedded, { database, journal }));
  await database.close();
  return parts;
}

async function settle(installations: Installation[], forMs: number): Promise<void> {
  const end = Date.now() + forMs;
  while (Date.now() < end) {
    const quiet = await Promise.all(installations.map((each) => each.atRest().catch(() => false)));
    if (quiet.every(Boolean)) return;
    await pause(200);
  }
}
