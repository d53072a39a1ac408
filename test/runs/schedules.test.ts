import { afterAll, beforeAll, expect, test } from 'vitest';
import { matreItself } from '../../src/model/access.ts';
import { parseInput } from '../../src/operations/core/operation.ts';
import { addSchedule, listSchedules } from '../../src/operations/schedules/schedules.ts';
import { fireDue } from '../../src/schedule/scheduler.ts';
import { fault, moduleTest, openStage, overOneEngine, type Stage } from './harness.ts';

/** From the clock to the result, with the catalog of a real module. */
overOneEngine((kind) => {
  let stage: Stage;
  const made = moduleTest('PlainTest', fault('sleep 0'), 'made');
  beforeAll(async () => {
    stage = await openStage(kind, { module: made });
  });
  afterAll(() => stage.close());

  const asked = { who: matreItself };
  const add = (group: string) =>
    addSchedule.run(
      stage.context,
      parseInput(addSchedule, {
        name: 'nightly',
        cron: '@yearly',
        environments: ['preprod-us'],
        selection: { groups: [group] },
      }),
      asked,
    );
  const comesDue = async () => {
    await stage.context.database.query('UPDATE schedule SET next_at = now()');
    return fireDue(stage.context);
  };

  test('a schedule submits its tests when it is due; a group that went away meanwhile is named', async () => {
    await stage.environment('preprod-us');
    await expect(add('maed')).rejects.toMatchObject({
      code: 'SELECTION_UNKNOWN',
      message: expect.stringContaining('made'),
    });
    await add('made');
    const [firing] = await comesDue();
    const { run } = await stage.finished(firing?.runs[0] ?? 0);
    expect(run).toMatchObject({
      verdict: 'passed',
      requestedBy: 'schedule nightly',
      scheduleId: firing?.scheduleId,
    });

    const [path = ''] = Object.keys(made);
    stage.module.commit({ [path]: undefined }, 'The plain test is not needed any more');
    await comesDue();
    const { schedules } = await listSchedules.run(stage.context, {}, asked);
    expect(schedules[0]?.last).toMatchObject({
      outcome: 'failed',
      runs: [],
      reason: { code: 'SELECTION_UNKNOWN', message: expect.stringContaining('"made"') },
    });
  });
});
