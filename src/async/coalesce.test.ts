import { expect, it } from 'vitest';
import { createRequestCoalescer } from './coalesce.ts';

/** Executions that end when the test ends them; each resolves with its number. */
function readings() {
  const ends: (() => void)[] = [];
  const work = () =>
    new Promise<number>((resolve) => {
      const number = ends.length + 1;
      ends.push(() => resolve(number));
    });
  return { ends, work };
}

it('shares one execution among all calls until something changes', async () => {
  let version = 1;
  const { ends, work } = readings();
  const share = createRequestCoalescer<number>({ version: () => version }, { maxAgeMs: 60_000 });
  const first = [share('a', work), share('a', work)];
  expect(ends).toHaveLength(1);
  ends[0]?.();
  expect(await Promise.all(first)).toEqual([1, 1]);
  expect(await share('a', work)).toBe(1);
  version = 2;
  const second = share('a', work);
  while (ends.length < 2) await new Promise(setImmediate);
  ends[1]?.();
  expect(await second).toBe(2);
  void share('b', work);
  expect(ends).toHaveLength(3);
});

it('lets calls after a change share an execution that started after the change', async () => {
  let version = 1;
  const { ends, work } = readings();
  const share = createRequestCoalescer<number>({ version: () => version });
  const early = share('a', work);
  version = 2;
  const late = [share('a', work), share('a', work)];
  expect(ends).toHaveLength(1);
  ends[0]?.();
  expect(await early).toBe(1);
  while (ends.length < 2) await new Promise(setImmediate);
  ends[1]?.();
  expect(await Promise.all(late)).toEqual([2, 2]);
});

it('rejects the calls that waited for an error, and does not cache it', async () => {
  const share = createRequestCoalescer<string>({ version: () => 1 });
  await expect(share('a', async () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect(await share('a', async () => 'there')).toBe('there');
});
