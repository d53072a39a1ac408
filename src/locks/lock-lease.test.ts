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

/** What the store and the second judge say at one renewal, and after how long. */
interface GenerationLock {
  answer: Answer;
  afterMs: number;
  mine: boolean | 'unknown';
  retake: boolean | 'unknown';
}

/** A hold whose judges follow a script; when it is over, nobody answers any more. */
function scripted(turns: GenerationLock[], withSecondJudge: boolean) {
  const askedAt = performance.now();
  const told = { confirmedAt: askedAt, ended: 0, stolen: false };
  let turn: GenerationLock | undefined;
  const say = async <T>(value: T | 'unknown', afterMs: number): Promise<T> => {
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    if (value === 'unknown') throw new Error('no answer');
    return value;
  };
  const backend = {
    async renew() {
      const at = performance.now();
      turn = turns.shift();
      const answer = await say<Exclude<Answer, 'unknown'>>(turn?.answer ?? 'unknown', turn?.afterMs ?? 0);
      if (answer === 'renewed') told.confirmedAt = at;
      if (typeof answer === 'object') told.stolen = true;
      return answer;
    },
    async retake() {
      const retaken = await say(turn?.retake ?? 'unknown', 0);
      if (!retaken) told.stolen = true;
      return retaken;
    },
    unclaim: async () => {},
  };
  const confirmOwnership = async () => {
    const at = performance.now();
    const mine = await say(turn?.mine ?? 'unknown', turn?.afterMs ?? 0);
    if (mine) told.confirmedAt = at;
    else told.stolen = true;
    return mine;
  };
  const lease = createLockLease({
    name: 'container_x',
    backend,
    askedAt,
    ttlMs,
    marginMs,
    confirmOwnership: withSecondJudge ? confirmOwnership : undefined,
    onEnd: () => {
      told.ended++;
    },
  });
  return { hold: lease, told };
}

const turns = fc.array(
  fc.record<GenerationLock>({
    answer: fc.oneof(
      { weight: 4, arbitrary: fc.constant<Answer>('renewed') },
      { weight: 3, arbitrary: fc.constant<Answer>('unknown') },
      { weight: 2, arbitrary: fc.constant<Answer>('forgotten') },
      { weight: 1, arbitrary: fc.constant<Answer>({ heldBy: 'another' }) },
    ),
    afterMs: fc.integer({ min: 0, max: 900 }),
    mine: fc.constantFrom(true, true, true, false, 'unknown' as const),
    retake: fc.constantFrom(true, true, false, 'unknown' as const),
  }),
  { maxLength: 12 },
);

it('is never believed longer than the last word of a judge allows, and at once not when somebody else has it', async () => {
  await fc.assert(
    fc.asyncProperty(turns, fc.boolean(), async (script, withSecondJudge) => {
      const { hold: lease, told } = scripted([...script], withSecondJudge);
      for (let step = 0; step < 2000 && !lease.lost.aborted; step++) {
        const believedUntil = told.confirmedAt + ttlMs - marginMs;
        await vi.advanceTimersByTimeAsync(50);
        if (told.stolen) expect(lease.lost.aborted).toBe(true);
        else if (
          performance.now() >= believedUntil &&
          told.confirmedAt + ttlMs - marginMs === believedUntil
        ) {
          expect(lease.lost.aborted).toBe(true);
        }
      }
      // The script ends, so the hold does.
      expect(lease.lost.reason).toMatchObject({ code: 'LOCK_LOST' });
      expect(told.ended).toBe(1);
      await vi.advanceTimersByTimeAsync(2000);
      expect(vi.getTimerCount()).toBe(0);
      await lease.release();
      expect(told.ended).toBe(1);
    }),
    { numRuns: 150 },
  );
});

it('lives as long as each renewal is answered in time, by the store or by the second judge', async () => {
  const kind = turns.map((script) =>
    script.map((turn): GenerationLock => {
      const afterMs = Math.min(turn.afterMs, 300);
      const answer = typeof turn.answer === 'object' ? 'renewed' : turn.answer;
      return { answer, afterMs, mine: true, retake: turn.retake === false ? 'unknown' : turn.retake };
    }),
  );
  await fc.assert(
    fc.asyncProperty(kind, async (script) => {
      const left = [...script];
      const { hold: lease } = scripted(left, true);
      while (left.length > 0) {
        await vi.advanceTimersByTimeAsync(50);
        lease.assertHeld();
      }
      await lease.release();
      expect(lease.lost.aborted).toBe(false);
    }),
    { numRuns: 200 },
  );
});

it('does not come back to life by an answer that is too late', async () => {
  const { hold: lease } = scripted([{ answer: 'renewed', afterMs: 2500, mine: true, retake: true }], true);
  await vi.advanceTimersByTimeAsync(ttlMs - marginMs);
  expect(lease.lost.aborted).toBe(true);
  await vi.advanceTimersByTimeAsync(5000);
  expect(() => lease.assertHeld()).toThrow();
});

it('takes nothing again after it was released', async () => {
  const retake = vi.fn(async () => true);
  const lease = createLockLease({
    name: 'container_x',
    backend: { renew: async () => 'forgotten', retake, unclaim: async () => {} },
    askedAt: performance.now(),
    ttlMs,
    marginMs,
    confirmOwnership: () => new Promise((resolve) => setTimeout(() => resolve(true), 500)),
    onEnd: () => {},
  });
  await vi.advanceTimersByTimeAsync(ttlMs / 3);
  await lease.release();
  await vi.advanceTimersByTimeAsync(ttlMs);
  expect(retake).not.toHaveBeenCalled();
  expect(lease.lost.aborted).toBe(false);
});
