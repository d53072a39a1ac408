import { describe, expect, it } from 'vitest';
import { createKeyedLimiter, createLimiter } from './limit.ts';

/** Works that end when the test says so. */
function createWorks() {
  const started: number[] = [];
  const ends = new Map<number, (error?: Error) => void>();
  return {
    started,
    work: (id: number) => () =>
      new Promise<number>((resolve, reject) => {
        started.push(id);
        ends.set(id, (error) => (error ? reject(error) : resolve(id)));
      }),
    end: (id: number, error?: Error) => ends.get(id)?.(error),
  };
}

describe('a limiter', () => {
  it('runs a limited number at a time, the others in their order, and refuses the rest', async () => {
    const { started, work, end } = createWorks();
    const run = createLimiter({ concurrency: 2, maxWaiting: 2, whenFull: () => new Error('full') });
    const results = [1, 2, 3, 4].map((id) => run(work(id)));
    await expect(run(work(5))).rejects.toThrow('full');
    expect(started).toEqual([1, 2]);
    end(2);
    expect(await results[1]).toBe(2);
    await new Promise(setImmediate);
    expect(started).toEqual([1, 2, 3]);
    const last = run(work(6));
    end(1);
    end(3);
    expect(await results[2]).toBe(3);
    await new Promise(setImmediate);
    expect(started).toEqual([1, 2, 3, 4, 6]);
    end(4);
    end(6);
    expect(await Promise.all([results[0], results[3], last])).toEqual([1, 4, 6]);
  });

  it('frees the place of a work that fails', async () => {
    const run = createLimiter({ concurrency: 1, maxWaiting: 0, whenFull: () => new Error('full') });
    await expect(run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await run(async () => 'yes')).toBe('yes');
  });
});

describe('a limiter for keys', () => {
  it('keeps the works of one key waiting, and not those of another one', async () => {
    const { started, work, end } = createWorks();
    const run = createKeyedLimiter({ concurrency: 1, maxWaiting: 1, whenFull: () => new Error('full') });
    const results = [run('one', work(1)), run('one', work(2)), run('other', work(3))];
    await expect(run('one', work(4))).rejects.toThrow('full');
    expect(started).toEqual([1, 3]);
    end(1, new Error('failed'));
    await expect(results[0]).rejects.toThrow('failed');
    await new Promise(setImmediate);
    expect(started).toEqual([1, 3, 2]);
    end(2);
    end(3);
    expect(await Promise.all(results.slice(1))).toEqual([2, 3]);
    // Nothing is left of the key that was full.
    const next = run('one', work(5));
    end(5);
    expect(await next).toBe(5);
  });
});
