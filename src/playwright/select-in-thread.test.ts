import { expect, it } from 'vitest';
import { emptySelection } from '../model/selection.ts';
import { createThreads } from '../threads/threads.ts';
import { selectInThread } from './select-in-thread.ts';

it('ends a regular expression that backtracks, and says so', async () => {
  const threads = createThreads({ count: 1 });
  const test = {
    ...{ name: 'a.spec.ts › A', suite: 'shop', file: 'a.spec.ts', line: 1, titles: [`${'a'.repeat(60)}!`] },
    ...{ tags: [], skipped: false, serial: false, needed: false },
  };
  const select = (grep: string) =>
    selectInThread(threads, [test], { ...emptySelection, playwright: { grep } });
  await expect(select('(a+)+$')).rejects.toMatchObject({
    code: 'INPUT_INVALID',
    message: expect.stringContaining('longer than 2 s'),
  });
  expect(await select('a!$')).toEqual([{ name: test.name, suite: 'shop' }]);
  await threads.close();
});
