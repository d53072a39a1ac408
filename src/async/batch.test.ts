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

it('returns each caller its answer, and runs once for concurrent calls', async () => {
  const { batches, ask } = recorded();
  expect(await Promise.all(['a', 'b', 'c'].map(ask))).toEqual(['A', 'B', 'C']);
  expect(await ask('d')).toBe('D');
  expect(batches).toEqual([['a', 'b', 'c'], ['d']]);
});

it('serves calls that arrive during a batch in the next one, one batch at a time', async () => {
  const { batches, ask } = recorded();
  const first = ask('a');
  await new Promise(setImmediate);
  const later = [ask('b'), ask('c')];
  expect(batches).toEqual([['a']]);
  expect(await Promise.all([first, ...later])).toEqual(['A', 'B', 'C']);
  expect(batches).toEqual([['a'], ['b', 'c']]);
});

it('rejects all calls of a failed batch, and continues with the next', async () => {
  const { ask } = recorded((request) => {
    if (request === 'bad') throw new Error('no');
    return request;
  });
  const outcomes = await Promise.allSettled([ask('a'), ask('bad')]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await ask('b')).toBe('b');
});
