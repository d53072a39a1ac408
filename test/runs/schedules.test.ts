import { afterAll, beforeAll, expect, test } from 'vitest';
import { matreItself } from '../../src/model/access.ts';
import { parseInput } from '../../src/operations/core/operation.ts';
import { addSchedule, listSchedules } from '../../src/operations/schedules/schedules.ts';
import { fireDue } from '../../src/schedule/scheduler.ts';
import { fault, type Harness, moduleTest, openHarness, overOneEngine } from './harness.ts';

/** From the clock to the result, with the catalog of a real module. */
overOneEngine((kind) => {
  let harness: Harness;
  const plainModule = moduleTest('PlainTest', fault('sleep 0'), 'made');
  beforeAll(async () => {
    harness = await openHarness(kind, { module: plainModule });
  });
  afterAll(() => harness.close());

  const requestContext = { principal: matreItself };
  const add = (group: string) =>
    addSchedule.run(
      harness.context,
      parseInput(addSchedule, {
        name: 'nightly',
        cron: '@yearly',
        environments: ['preprod-us'],
        selection: { groups: [group] },
      }),
      requestContext,
    );
  const comesDue = async () => {
    await harness.context.database.query('UPDATE schedule SET next_at = now()');
    return fireDue(harness.context);
  };

  test('a schedule submits its tests when it is due, and names a group that was removed meanwhile', async () => {
    await harness.environment('preprod-us');
    await expect(add('maed')).rejects.toMatchObject({
      code: 'SELECTION_UNKNOWN',
      message: expect.stringContaining('made'),
    });
    await add('made');
    const [firing] = await comesDue();
    const { run } = await harness.finished(firing?.runs[0] ?? 0);
    expect(run).toMatchObject({
      verdict: 'passed',
      requestedBy: 'schedule nightly',
      scheduleId: firing?.scheduleId,
    });

    const [path = ''] = Object.keys(plainModule);
    harness.module.commit({ [path]: undefined }, 'The plain test is not needed any more');
    await comesDue();
    const { schedules } = await listSchedules.run(harness.context, {}, requestContext);
    expect(schedules[0]?.last).toMatchObject({
      outcome: 'failed',
      runs: [],
      reason: { code: 'SELECTION_UNKNOWN', message: expect.stringContaining('"made"') },
    });
  });
});
