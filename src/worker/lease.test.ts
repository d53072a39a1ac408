import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createLease } from './lease.ts';

const leaseMs = 10_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function open(renew: () => Promise<{ cancelRequested: boolean } | 'stale'>) {
  const onCancel = vi.fn();
  const renewals = vi.fn(renew);
  const requestedAt = performance.now();
  return {
    lease: createLease({ runId: 7, renew: renewals, requestedAt, leaseMs, onCancel }),
    renewals,
    onCancel,
  };
}

it('is held as long as it is renewed, and is not renewed after its end', async () => {
  const { lease, renewals } = open(async () => ({ cancelRequested: false }));
  await vi.advanceTimersByTimeAsync(5 * leaseMs);
  expect(lease.lost.aborted).toBe(false);
  expect(lease.holds()).toBe(true);
  lease.end();
  const before = renewals.mock.calls.length;
  await vi.advanceTimersByTimeAsync(5 * leaseMs);
  expect(renewals).toHaveBeenCalledTimes(before);
  expect(vi.getTimerCount()).toBe(0);
});

it('is lost a fifth before its deadline without the database, and is still renewed while the runner ends', async () => {
  let away = true;
  const { lease, renewals } = open(async () => {
    if (away) throw new Error('away');
    return { cancelRequested: false };
  });
  await vi.advanceTimersByTimeAsync(0.8 * leaseMs - 1);
  expect(lease.lost.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(lease.lost.reason).toMatchObject({
    code: 'DATABASE_UNREACHABLE',
    message: expect.stringContaining('run 7'),
  });
  expect(lease.holds()).toBe(true);
  await vi.advanceTimersByTimeAsync(leaseMs);
  expect(lease.holds()).toBe(false);
  away = false;
  await vi.advanceTimersByTimeAsync(leaseMs);
  expect(lease.holds()).toBe(true);
  expect(lease.lost.aborted).toBe(true);
  expect(renewals.mock.calls.length).toBeGreaterThan(8);
  lease.end();
});

it('counts from before the request was sent, and ignores an answer that came too late', async () => {
  const { lease } = open(async () => {
    await new Promise((resolve) => setTimeout(resolve, 0.9 * leaseMs));
    return { cancelRequested: false };
  });
  await vi.advanceTimersByTimeAsync(0.8 * leaseMs);
  expect(lease.lost.aborted).toBe(true);
  lease.end();
});

it('renews again when an answer does not come, and outlasts one connection that hangs', async () => {
  let renewals = 0;
  const { lease } = open(() =>
    renewals++ === 0 ? new Promise(() => {}) : Promise.resolve({ cancelRequested: false }),
  );
  await vi.advanceTimersByTimeAsync(3 * leaseMs);
  expect(lease.lost.aborted).toBe(false);
  lease.end();
});

it('is lost at once when another worker has the run', async () => {
  const { lease } = open(async () => 'stale');
  lease.renewNow();
  await vi.advanceTimersByTimeAsync(0);
  expect(lease.lost.reason).toMatchObject({ code: 'STALE_FENCE' });
  expect(lease.holds()).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
});

it('reports once that a user cancelled the run, and sends one renewal at a time', async () => {
  let under = 0;
  const { lease, onCancel, renewals } = open(async () => {
    expect(++under).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 10));
    under--;
    return { cancelRequested: true };
  });
  for (let notify = 0; notify < 5; notify++) lease.renewNow();
  await vi.advanceTimersByTimeAsync(100);
  // The one under way, and one that starts after the last ring.
  expect(renewals).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(leaseMs);
  expect(onCancel).toHaveBeenCalledTimes(1);
  lease.end();
});

it('is lost by the clock, before any timer fires, in a process that was stopped', async () => {
  const { lease } = open(async () => ({ cancelRequested: false }));
  lease.assertHeld();
  const start = performance.now();
  // Time passes, and no timer fires: so it is when SIGCONT comes after SIGSTOP.
  vi.spyOn(performance, 'now').mockReturnValue(start + 0.8 * leaseMs);
  expect(lease.lost.aborted).toBe(false);
  expect(() => lease.assertHeld()).toThrow('could not be renewed');
  vi.restoreAllMocks();
  lease.end();
});

it('lets test processes live until a tenth before its deadline, counted from before the last renewal', async () => {
  let away = false;
  const { lease } = open(async () => {
    if (away) throw new Error('away');
    return { cancelRequested: false };
  });
  const claimedAt = performance.now();
  expect(lease.until()).toBe(claimedAt + 0.9 * leaseMs);
  await vi.advanceTimersByTimeAsync(0.2 * leaseMs);
  expect(lease.until()).toBe(claimedAt + 1.1 * leaseMs);
  away = true;
  await vi.advanceTimersByTimeAsync(2 * leaseMs);
  expect(lease.until()).toBe(claimedAt + 1.1 * leaseMs);
  lease.end();
});
