import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { maxTestNameLength } from '../../model/limits.ts';
import type { Context } from '../core/context.ts';
import { code, groupName, line, wholeNumber } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import { getEnvironment } from '../environments/get-environment.ts';
import { firstDayOf, listTests, trendTimes, viewSums } from './build-trends.ts';
import { trendsView } from './trends-view.ts';

export const showTrends = defineOperation({
  name: 'trends.show',
  method: 'GET',
  path: '/api/trends',
  summary:
    'Show pass rate, flakiness, durations and waiting by day, and the tests that are slow, grew, or never fail',
  role: 'viewer',
  audited: false,
  live: true,
  input: z.object({
    environment: code.optional(),
    group: groupName.optional().describe('Only tests that have this group now'),
    module: line(maxTestNameLength)
      .optional()
      .describe('Only tests of this Magento module, such as Magento_Checkout'),
    days: wholeNumber(1, 366).default(56).describe('Number of days until today, in UTC'),
  }),
  output: trendsView,
  async run(context, { environment, group, module, days }) {
    const environmentId =
      environment === undefined ? undefined : (await getEnvironment(context, environment)).id;
    const filter = { environmentId, tests: await testsOf(context, { group, module }) };
    const now = new Date();
    const byDay = await context.trends.byDay(firstDayOf(now, days), filter);
    const [firstDay] = byDay.keys();
    const times = trendTimes(now, days, firstDay);
    const [byEnvironment, tests, environments] = await Promise.all([
      context.trends.byEnvironment(times.since, filter),
      context.trends.tests(times, filter),
      context.environments.list(),
    ]);
    return {
      since: times.since.toISOString().slice(0, 10),
      days: [...byDay].map(([day, sums]) => ({ day, ...viewSums(sums) })),
      environments: environments.flatMap(({ id, code }) => {
        const sums = byEnvironment.get(id);
        return sums ? [{ environment: code, ...viewSums(sums) }] : [];
      }),
      ...listTests(tests),
    };
  },
});

/** The names of the tests of a group and a module at the newest commit; `undefined` for all. Errors: SELECTION_UNKNOWN. */
async function testsOf(
  { statusCache }: Pick<Context, 'statusCache'>,
  { group, module }: { group: string | undefined; module: string | undefined },
): Promise<string[] | undefined> {
  if (group === undefined && module === undefined) return undefined;
  const { catalog } = await statusCache.catalog();
  const { tests } = await catalog.ask('list', { search: '' });
  const matches = tests.filter(
    (test) =>
      (group === undefined || test.groups.includes(group)) &&
      (module === undefined || test.module === module),
  );
  if (matches.length > 0) return matches.map(({ name }) => name);
  const parts = [group !== undefined && `of group ${JSON.stringify(group)}`, module && `of module ${module}`];
  throw new Fault(
    'SELECTION_UNKNOWN',
    `No test ${parts.filter(Boolean).join(' and ')} is in the newest commit of the test module.`,
  );
}
