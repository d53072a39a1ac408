import { z } from 'zod';
import { testName, whole } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import { viewHistory } from './build-history.ts';
import { testHistoryView } from './history-view.ts';

/** Of a test, on all environments: a year of nightly runs on a dozen of them. */
const maxResults = 5_000;

export const showTestHistory = defineOperation({
  name: 'tests.history',
  method: 'GET',
  path: '/api/tests/:test/history',
  summary: 'Show how a test went on all environments over time',
  role: 'viewer',
  audited: false,
  input: z.object({
    test: testName,
    suite: testName.optional(),
    runs: whole.min(1).max(200).default(50).describe('How many columns'),
  }),
  output: testHistoryView,
  async run(context, { test, suite, runs }) {
    return viewHistory(await context.results.history(test, maxResults), { test, suite, runs });
  },
});

export const completeTests = defineOperation({
  name: 'tests.complete',
  method: 'GET',
  path: '/api/tests/complete',
  summary: 'Complete a name of a test, a group or a suite, or find those that have some text in it',
  role: 'viewer',
  audited: false,
  input: z.object({
    text: z.string().trim().max(200).default(''),
    limit: whole.min(1).max(100).default(20),
  }),
  output: z.object({
    names: z.array(
      z.object({
        kind: z.enum(['test', 'group', 'suite']),
        name: z.string(),
        tests: z.number().describe('How many it stands for'),
        title: z.string().nullable(),
      }),
    ),
  }),
  async run(context, { text, limit }) {
    const { catalog } = await context.statusCache.catalog();
    const wanted = text.toLowerCase();
    const names = [
      ...[...catalog.groups].map(([name, members]) => naming('group', name, members.length)),
      ...[...catalog.suites.values()].map(({ name, tests }) => naming('suite', name, tests.length)),
      ...[...catalog.tests.values()].map(({ name, title }) => naming('test', name, 1, title)),
    ];
    const found = names.flatMap((each) => {
      const place = each.name.toLowerCase().indexOf(wanted);
      return place < 0 ? [] : [{ ...each, place }];
    });
    // Those that begin so first, then by name.
    found.sort(
      (one, other) => Math.sign(one.place) - Math.sign(other.place) || (one.name < other.name ? -1 : 1),
    );
    return { names: found.slice(0, limit).map(({ place: _place, ...each }) => each) };
  },
});

function naming(kind: 'test' | 'group' | 'suite', name: string, tests: number, title?: string) {
  return { kind, name, tests, title: title ?? null };
}

export type CompletionView = z.output<typeof completeTests.output>;
