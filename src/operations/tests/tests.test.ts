import { expect, it } from 'vitest';
import type { Context } from '../core/context.ts';
import { parseInput } from '../core/operation.ts';
import { previewRuns } from './tests.ts';

it('previews all environments at the commit that the answer names', async () => {
  const commit = { id: 'c'.repeat(40), subject: 'the newest one' };
  const commits: unknown[] = [];
  const context = {
    environments: { get: async (code: string) => ({ id: code.length, code }) },
    durations: { estimate: async () => undefined },
    catalog: async () => ({ commit, catalog: undefined }),
    previewOn: async (...[, , of]: Parameters<Context['previewOn']>) => {
      commits.push(of);
      const none = { tests: [], skipped: [], unusable: [], disabled: [], patterns: [] };
      return { ...none, excludedSkipped: [], inSuites: [], modules: '' };
    },
  } as unknown as Context;
  const input = parseInput(previewRuns, { environments: ['us', 'es'], selection: { all: true } });
  const answer = await previewRuns.run(context, input, {} as never);
  expect([answer.commit, ...commits]).toEqual([commit, commit, commit]);
});
