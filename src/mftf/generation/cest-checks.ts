import { createHash } from 'node:crypto';
import { createWakeSignal } from '../../async/wake-signal.ts';
import type { Logger } from '../../log.ts';
import { describeDifference } from '../../model/cest-check.ts';
import type { CestChecksTable } from '../../store/tables/cest-checks.ts';
import { type CestCheck, type CestCheckDependencies, checkCests } from './check-cests.ts';

/** To be incremented when matre writes other Cests: all images are checked again. */
const writerVersion = 1;

/** Comparisons of Cests of matre with those of MFTF, one at a time, in the background of runs. */
export interface CestChecks {
  /** Why MFTF must generate the tests of an image, as a part of a sentence; `undefined` when no check found a difference. */
  differenceOf(imageId: string): Promise<string | undefined>;
  /** Makes a comparison when this process executes no run, unless it was made before. Never rejects. */
  request(check: Omit<CestCheck, 'key'>): void;
  /** Runs `work` for a run of this process: no comparison begins meanwhile. */
  during<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Ends the comparison under way, which is made again after the next run. */
  close(): Promise<void>;
}

/** A process that is never idle checks nevertheless. */
const maxWaitMs = 10 * 60_000;

export function createCestChecks(
  deps: CestCheckDependencies & { table: CestChecksTable; log: Logger; waitMs?: number },
): CestChecks {
  const { table, log, waitMs = maxWaitMs } = deps;
  const stop = new AbortController();
  const pending = new Set<string>();
  let queue = Promise.resolve();
  const ended = createWakeSignal();
  let runs = 0;

  async function untilIdle(): Promise<void> {
    const deadline = performance.now() + waitMs;
    for (;;) {
      const version = ended.version();
      const leftMs = deadline - performance.now();
      if (runs === 0 || leftMs <= 0 || stop.signal.aborted) return;
      await ended.wait(version, leftMs, stop.signal);
    }
  }

  async function makeCheck(check: CestCheck): Promise<void> {
    await untilIdle();
    if (stop.signal.aborted || (await table.has(check.key))) return;
    const { imageId, image, key, testModules, settings } = check;
    const { tests, result } = await checkCests(deps, check, stop.signal);
    const subject = { key, imageId, image, mftfVersion: settings.version, commit: testModules[0].id };
    await table.save(subject, tests, result);
    if (result.outcome === 'different') {
      const difference = describeDifference(result.difference);
      log.error(
        { image, difference },
        'Cests of matre differ from those of MFTF, which generates them from now on',
      );
    } else log.info({ image, tests, outcome: result.outcome }, 'Cests were compared with those of MFTF');
  }

  return {
    async differenceOf(imageId) {
      const difference = await table.differenceOf(imageId);
      return difference && `a check found a difference in this image: ${describeDifference(difference)}`;
    },

    request(request) {
      const check = { ...request, key: keyOf(request) };
      if (stop.signal.aborted || pending.has(check.key)) return;
      pending.add(check.key);
      queue = queue
        .then(() => makeCheck(check))
        .catch((error: unknown) => {
          if (!stop.signal.aborted)
            log.warn({ err: error }, 'Cests could not be compared with those of MFTF');
        })
        .finally(() => pending.delete(check.key));
    },

    async during(work) {
      runs += 1;
      try {
        return await work();
      } finally {
        runs -= 1;
        ended.notify();
      }
    },

    async close() {
      stop.abort();
      await queue;
    },
  };
}

function keyOf({ imageId, patchesDigest, testModules, modules, settings }: Omit<CestCheck, 'key'>): string {
  const commits = testModules.map(({ id, target }) => [id, target]);
  const all = [writerVersion, imageId, patchesDigest ?? null, commits, modules ?? null, settings];
  return createHash('sha256').update(JSON.stringify(all)).digest('hex');
}
