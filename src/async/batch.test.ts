import { expect, it } from 'vitest';
import { batch } from './batch.ts';

function recorded(answer: (request: string) => string = (request) => request.toUpperCase()) {
  const batches: string[][] = [];
  const ask = batch(async (requests: string[]) => {
    batches.push(requests);
    await new Promise(setImmediate);
    return requests.map(answer);
  });
  return { batches, ask };
}

it('answers each who asks, and goes once for those who ask at the same time', async () => {
  const { batches, ask } = recorded();
  expect(await Promise.all(['a', 'b', 'c'].map(ask))).toEqual(['A', 'B', 'C']);
  expect(await ask('d')).toBe('D');
  expect(batches).toEqual([['a', 'b', 'c'], ['d']]);
});

it('takes those who come meanwhile the next time, one time after the other', async () => {
  const { batches, ask } = recorded();
  const first = ask('a');
  await new Promise(setImmediate);
  const later = [ask('b'), ask('c')];
  expect(batches).toEqual([['a']]);
  expect(await Promise.all([first, ...later])).toEqual(['A', 'B', 'C']);
  expect(batches).toEqual([['a'], ['b', 'c']]);
});

it('tells an error to all whom it concerns, and goes on', async () => {
  const { ask } = recorded((request) => {
    if (request === 'bad') throw new Error('no');
    return request;
  });
  const outcomes = await Promise.allSettled([ask('a'), ask('bad')]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await ask('b')).toBe('b');
});
