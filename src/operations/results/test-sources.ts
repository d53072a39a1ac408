import { z } from 'zod';
import { withTimeout } from '../../async/timeout.ts';
import type { TestSource } from '../../mftf/catalog/question-task.ts';
import { groupBy } from '../../model/group-by.ts';
import { innermostPlace } from '../../model/source-link/innermost-place.ts';
import type { Context } from '../core/context.ts';
import { runId } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';

/** The catalog is in memory on a server that is in use. To read it first may take longer than these places are worth. */
const patienceMs = 3_000;

export const listSources = defineOperation({
  name: 'runs.sources',
  method: 'GET',
  path: '/api/runs/:id/sources',
  summary:
    'Show where the failures of a run come from: the step that failed, the call of its action group, or the test',
  role: 'viewer',
  audited: false,
  input: z.object({ id: runId }),
  output: z.object({
    sources: z.array(
      z.object({
        test: z.string(),
        suite: z.string().nullable(),
        path: z
          .string()
          .describe('Below the root of Magento: the innermost of these places that is in a test module'),
        line: z
          .number()
          .describe('At the commits of the run; of results of older versions at the newest ones'),
      }),
    ),
  }),
  async run(context, { id }) {
    const { modules = [] } = await context.runs.get(id);
    const results = (await context.results.listLatest(id)).filter(
      ({ status }) => status === 'failed' || status === 'broken',
    );
    const declared = await declaredIn(
      context,
      results.filter(({ place }) => place === undefined).map(({ test }) => test),
    );
    const sources = results.flatMap(({ test, suite = null, place }) => {
      if (place === undefined) return (declared.get(test) ?? []).map((at) => ({ ...at, suite }));
      const { file, line } = innermostPlace(place, modules);
      return [{ test, suite, path: file, line }];
    });
    return { sources };
  },
});

/** Where tests are declared now, by their names: results of older versions have no place. */
async function declaredIn(
  context: Pick<Context, 'statusCache'>,
  tests: readonly string[],
): Promise<Map<string, TestSource[]>> {
  if (tests.length === 0) return new Map();
  const ask = async () => {
    const { catalog } = await context.statusCache.catalog();
    return catalog.ask('sources', { tests: [...new Set(tests)] });
  };
  // Without a module, an image or an engine the places are unknown, and the results are as useful.
  const sources = await withTimeout(patienceMs, ask, () => []).catch(() => []);
  return groupBy(sources, ({ test }) => test);
}
