import { z } from 'zod';
import { withTimeout } from '../../async/timeout.ts';
import { runId } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';

/** The catalog is in memory on a server that is in use. To read it first may take longer than these places are worth. */
const patienceMs = 3_000;

export const listSources = defineOperation({
  name: 'runs.sources',
  method: 'GET',
  path: '/api/runs/:id/sources',
  summary: 'Show where the tests of a run that failed or were broken are declared, as far as that is known',
  role: 'viewer',
  audited: false,
  input: z.object({ id: runId }),
  output: z.object({
    sources: z.array(
      z.object({
        test: z.string(),
        path: z.string().describe('Below the root of Magento'),
        line: z.number().describe('Of the newest commit of the test module'),
      }),
    ),
  }),
  async run(context, { id }) {
    await context.runs.get(id);
    const plan = await context.plans.list(id);
    const tests = plan
      .filter(({ status }) => status === 'failed' || status === 'broken')
      .map(({ test }) => test);
    if (tests.length === 0) return { sources: [] };
    const ask = async () => {
      const { catalog } = await context.statusCache.catalog();
      return catalog.ask('sources', { tests: [...new Set(tests)] });
    };
    // Without a module, an image or an engine the places are unknown, and the results are as useful.
    const sources = await withTimeout(patienceMs, ask, () => []).catch(() => []);
    return { sources };
  },
});
