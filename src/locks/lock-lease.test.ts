import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createLockLease } from './lock-lease.ts';

const ttlMs = 3000;
const marginMs = 600;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

type Answer = 'renewed' | 'forgotten' | 'unknown' | { heldBy: string };

/** What the store and the database answer at one renewal, and after how long. */
interface Renewal {
  answer: Answer;
  afterMs: number;
  owned: boolean | 'unknown';
  reacquire: boolean | 'unknown';
}

/** A lease whose store and database follow a script; after its end neither answers. */
function scriptedLease(renewals: Renewal[], withDatabase: boolean) {
  const requestedAt = performance.now();
  const observed = { confirmedAt: requestedAt, ended: 0, stolen: false, requests: 0 };
  let renewal: Renewal | undefined;
  const answerLater = async <T>(value: T | 'unknown', afterMs: number): Promise<T> => {
    observed.requests++;
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    if (value === 'unknown') throw new Error('no answer');
    return value;
  };
  const backend = {
    async renew() {
      const at = performance.now();
      renewal = renewals.shift();
      const answer = await answerLater<Exclude<Answer, 'unknown'>>(
        renewal?.answer ?? 'unknown',
        renewal?.afterMs ?? 0,
      );
      if (answer === 'renewed') observed.confirmedAt = at;
      if (typeof answer === 'object') observed.stolen = true;
      return answer;
    },
    async reacquire() {
      const reacquired = await answerLater(renewal?.reacquire ?? 'unknown', 0);
      if (!reacquired) observed.stolen = true;
      return reacquired;
    },
    release: async () => {},
  };
  const confirmOwnership = async () => {
    const at = performance.now();
    const owned = await answerLater(renewal?.owned ?? 'unknown', renewal?.afterMs ?? 0);
    if (owned) observed.confirmedAt = at;
    else observed.stolen = true;
    return owned;
  };
  const lease = createLockLease({
    name: 'container_x',
    backend,
    requestedAt,
    ttlMs,
    marginMs,
    confirmOwnership: withDatabase ? confirmOwnership : undefined,
    onEnd: () => {
      observed.ended++;
    },
  });
  return { lease, observed };
}

const scripts = fc.array(
  fc.record<Renewal>({
    answer: fc.oneof(
      { weight: 4, arbitrary: fc.constant<Answer>('renewed') },
      { weight: 3, arbitrary: fc.constant<Answer>('unknown') },
      { weight: 2, arbitrary: fc.constant<Answer>('forgotten') },
      { weight: 1, arbitrary: fc.constant<Answer>({ heldBy: 'another' }) },
    ),
    afterMs: fc.integer({ min: 0, max: 900 }),
    owned: fc.constantFrom(true, true, true, false, 'unknown' as const),
    reacquire: fc.constantFrom(true, true, false, 'unknown' as const),
  }),
  { maxLength: 12 },
);

it('is held no longer than the last confirmation allows, and is lost at once when another process has the lock', async () => {
  await fc.assert(
    fc.asyncProperty(scripts, fc.boolean(), async (script, withDatabase) => {
      const { lease, observed } = scriptedLease([...script], withDatabase);
      for (let step = 0; step < 2000 && !lease.lost.aborted; step++) {
        const heldUntil = observed.confirmedAt + ttlMs - marginMs;
        await vi.advanceTimersByTimeAsync(50);
        if (observed.stolen) expect(lease.lost.aborted).toBe(true);
        else if (performance.now() >= heldUntil && observed.confirmedAt + ttlMs - marginMs === heldUntil) {
          expect(lease.lost.aborted).toBe(true);
        }
      }
      // The lease ends after its script.
      expect(lease.lost.reason).toMatchObject({ code: 'LOCK_LOST' });
      expect(observed.ended).toBe(1);
      await vi.advanceTimersByTimeAsync(2000);
      // Not the number of timers: the tests of one process share the clock, and a connection of another file may use it.
      const { requests } = observed;
      await vi.advanceTimersByTimeAsync(2 * ttlMs);
      expect(observed.requests).toBe(requests);
      await lease.release();
      expect(observed.ended).toBe(1);
    }),
    { numRuns: 150 },
  );
});

it('is held as long as each renewal is confirmed in time, by the store or by the database', async () => {
  const confirmed = scripts.map((script) =>
    script.map((renewal): Renewal => {
      const afterMs = Math.min(renewal.afterMs, 300);
      const answer = typeof renewal.answer === 'object' ? 'renewed' : renewal.answer;
      return {
        answer,
        afterMs,
        owned: true,
        reacquire: renewal.reacquire === false ? 'unknown' : renewal.reacquire,
      };
    }),
  );
  await fc.assert(
    fc.asyncProperty(confirmed, async (script) => {
      const renewals = [...script];
      const { lease } = scriptedLease(renewals, true);
      while (renewals.length > 0) {
        await vi.advanceTimersByTimeAsync(50);
        lease.assertHeld();
      }
      await lease.release();
      expect(lease.lost.aborted).toBe(false);
    }),
    { numRuns: 200 },
  );
});

it('stays lost when a confirmation arrives too late', async () => {
  const { lease } = scriptedLease([{ answer: 'renewed', afterMs: 2500, owned: true, reacquire: true }], true);
  await vi.advanceTimersByTimeAsync(ttlMs - marginMs);
  expect(lease.lost.aborted).toBe(true);
  await vi.advanceTimersByTimeAsync(5000);
  expect(() => lease.assertHeld()).toThrow();
});

it('is not reacquired after it was released', async () => {
  const reacquire = vi.fn(async () => true);
  const lease = createLockLease({
    name: 'container_x',
    backend: { renew: async () => 'forgotten', reacquire, release: async () => {} },
    requestedAt: performance.now(),
    ttlMs,
    marginMs,
    confirmOwnership: () => new Promise((resolve) => setTimeout(() => resolve(true), 500)),
    onEnd: () => {},
  });
  await vi.advanceTimersByTimeAsync(ttlMs / 3);
  await lease.release();
  await vi.advanceTimersByTimeAsync(ttlMs);
  expect(reacquire).not.toHaveBeenCalled();
  expect(lease.lost.aborted).toBe(false);
});
