import { beforeEach, describe, expect, it } from 'vitest';
import type { Run } from '../../src/model/run.ts';
import type { Queue } from '../../src/queue/queue.ts';
import { newResult } from '../support/samples.ts';
import type { QueueTools } from './tools.ts';

/** What a holder of an older fence can write: nothing. */
export function fenceConformance(
  opened: () => { queue: Queue },
  { claim, create, expireLease, snapshot, startWith, submit }: QueueTools,
): void {
  let { queue } = opened();
  beforeEach(() => {
    ({ queue } = opened());
  });

  /** Each write operation, by a worker that has lost its run. */
  const writes: [string, (run: Run, fence: number) => Promise<unknown>][] = [
    ['unclaim', (run, fence) => queue.unclaim(run.id, fence)],
    ['requeue', (run, fence) => queue.requeue(run.id, fence)],
    ['finish', (run, fence) => queue.finish(run.id, fence, 'passed')],
    ['phase', (run, fence) => queue.recorder(run.id, fence).phase('reporting')],
    ['commit', (run, fence) => queue.recorder(run.id, fence).commit({ id: 'x', subject: 'y' })],
    ['shop version', (run, fence) => queue.recorder(run.id, fence).shopVersion('Magento/2.4')],
    ['plan', (run, fence) => queue.recorder(run.id, fence).plan([{ name: 'Z', suite: undefined }])],
    ['planned', (run, fence) => queue.recorder(run.id, fence).planned()],
    [
      'testStarted',
      (run, fence) => queue.recorder(run.id, fence).testStarted({ name: 'A', suite: undefined }),
    ],
    ['result', (run, fence) => queue.recorder(run.id, fence).result(newResult('A', 'passed'))],
    [
      'attachment',
      (run, fence) => {
        const trace = { name: 'trace', kind: 'trace' as const, path: 'trace.zip' };
        return queue.recorder(run.id, fence).attachment({ name: 'A', suite: undefined }, trace);
      },
    ],
    ['event', (run, fence) => queue.recorder(run.id, fence).event({ code: 'x', message: 'y' })],
  ];

  describe.each([
    ['claimed by another worker', true],
    ['back in the queue', false],
  ])('of a run that is %s', (_, takenOver) => {
    it.each(writes)('invariant 5: %s with an old fence changes nothing', async (_name, write) => {
      const run = await submit(await create('a'));
      const { fence } = await startWith('A');
      await expireLease(run);
      await queue.requeueExpired({ maxAttempts: 3 });
      if (takenOver) await claim('successor');
      const before = await snapshot();
      await expect(write(run, fence)).rejects.toMatchObject({ code: 'STALE_FENCE' });
      expect(await queue.renew(run.id, fence)).toBe('stale');
      expect(await queue.holds(run.id, fence)).toBe(false);
      expect(await snapshot()).toEqual(before);
    });
  });

  it('invariant 5: nothing is written to a finished run', async () => {
    const run = await submit(await create('a'));
    const { fence } = await startWith('A');
    await queue.finish(run.id, fence, 'passed');
    const before = await snapshot();
    for (const [, write] of writes)
      await expect(write(run, fence)).rejects.toMatchObject({ code: 'STALE_FENCE' });
    expect(await snapshot()).toEqual(before);
  });
}
