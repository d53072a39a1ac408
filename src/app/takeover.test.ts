import { expect, it } from 'vitest';
import { settings } from '../config/settings/settings.ts';
import { defaultSilentMs } from '../mftf/generation/generation-lock.ts';
import { overdueMs } from '../queue/queue.ts';
import { defaultBackOffMs } from '../worker/back-off.ts';
import { maxReapMs } from '../worker/reaper.ts';

/** What docs/reliability.md promises from the death of a worker to the next test. */
const promisedMs = 30_000;
/** Left for the preparation of the run, which takes 1 to 2 s, and for a machine that is busy. */
const leftMs = 3_000;

it('leaves time for the preparation of the run when a worker dies or hangs, with the default settings', () => {
  const [leaseMs, lockMs] = (['MATRE_LEASE', 'LOCK_TTL'] as const).map((name) =>
    Number(settings[name].schema.parse(settings[name].default)),
  ) as [number, number];
  // A claim that finds the lock held is repeated after the back-off.
  const claimedMs = Math.max(leaseMs + overdueMs + maxReapMs, lockMs + defaultBackOffMs);
  // It may have been generating tests, which the others wait for.
  expect(claimedMs + defaultSilentMs + leftMs).toBeLessThanOrEqual(promisedMs);
});
