import { expect, it } from 'vitest';
import type { Context } from '../core/context.ts';
import { parseInput } from '../core/operation.ts';
import { previewRuns } from './tests.ts';

it('previews all environments at the same moment, and names the commit of the first', async () => {
  const commit = { id: 'c'.repeat(40), subject: 'the newest one' };
  const moments: unknown[] = [];
  const at = {
    of: async () => ({ image: 'shop:2.4', testModules: [{ ...commit, name: 'm', target: 't', path: '/c' }] }),
  };
  const context = {
    environments: { get: async (code: string) => ({ id: code.length, code }) },
    durations: { estimate: async () => undefined },
    sourcesAt: async () => at,
    previewOn: async (...[, , of]: Parameters<Context['previewOn']>) => {
      moments.push(of);
      const none = { tests: [], skipped: [], unusable: [], disabled: [], patterns: [] };
      return { ...none, excludedSkipped: [], inSuites: [], modules: '' };
    },
  } as unknown as Context;
  const input = parseInput(previewRuns, { environments: ['us', 'es'], selection: { all: true } });
  const answer = await previewRuns.run(context, input, {} as never);
  expect([answer.commit, ...moments]).toEqual([commit, at, at]);
});
