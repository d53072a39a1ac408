import { expect, it } from 'vitest';
import { createRequestCoalescer } from './coalesce.ts';

/** Readings that end when told to; each gives its number. */
function readings() {
  const ends: (() => void)[] = [];
  const work = () =>
    new Promise<number>((resolve) => {
      const number = ends.length + 1;
      ends.push(() => resolve(number));
    });
  return { ends, work };
}

it('one reading serves all who ask until something changes', async () => {
  let version = 1;
  const { ends, work } = readings();
  const share = createRequestCoalescer<number>({ version: () => version }, { oldestMs: 60_000 });
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

it('who knows of a later change waits for a reading that began after it, together with all others', async () => {
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

it('an error is told to those who waited, and not kept', async () => {
  const share = createRequestCoalescer<string>({ version: () => 1 });
  await expect(share('a', async () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect(await share('a', async () => 'there')).toBe('there');
});
