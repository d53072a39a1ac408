import { describe, expect, it, vi } from 'vitest';
import { delay } from './delay.ts';
import { runPeriodically } from './interval.ts';
import { createOutageLog } from './outage-log.ts';
import { retry } from './retry.ts';
import { createMemo, createSingleFlight, memoize } from './single-flight.ts';
import { withTimeout } from './timeout.ts';
import { untilAborted } from './until-aborted.ts';

const never = () => new Promise<never>(() => {});

describe('delay', () => {
  it('ends without an error when its signal aborts', async () => {
    const stop = new AbortController();
    const waiting = delay(3_600_000, stop.signal);
    stop.abort(new Error('stop'));
    await waiting;
    await delay(3_600_000, stop.signal);
  });
});

describe('withTimeout', () => {
  it('settles with the result of the work, or its error', async () => {
    expect(
      await withTimeout(
        3_600_000,
        async () => 'done',
        () => 'late',
      ),
    ).toBe('done');
    const failing = withTimeout(
      3_600_000,
      () => Promise.reject(new Error('no')),
      () => 'late',
    );
    await expect(failing).rejects.toThrow('no');
  });

  it('aborts work that takes too long and resolves with the result of the timeout', async () => {
    const aborted = vi.fn();
    const work = (signal: AbortSignal) => {
      signal.addEventListener('abort', aborted);
      return never();
    };
    expect(await withTimeout(1, work, () => 'late')).toBe('late');
    expect(aborted).toHaveBeenCalledOnce();
  });

  it('ignores an error of the work after the timeout', async () => {
    let fail = (_error: Error) => {};
    const work = () =>
      new Promise<string>((_resolve, reject) => {
        fail = reject;
      });
    expect(await withTimeout(1, work, () => 'late')).toBe('late');
    fail(new Error('too late'));
    await new Promise(setImmediate);
  });
});

describe('untilAborted', () => {
  it('settles with the work, or rejects with the reason of the signal', async () => {
    const stop = new AbortController();
    expect(await untilAborted(Promise.resolve('done'), stop.signal)).toBe('done');
    const waiting = untilAborted(never(), stop.signal);
    stop.abort(new Error('stop'));
    await expect(waiting).rejects.toThrow('stop');
    await expect(untilAborted(never(), stop.signal)).rejects.toThrow('stop');
  });
});

describe('runPeriodically', () => {
  it('never runs twice at a time, and stops after the run under way', async () => {
    let release = () => {};
    let runs = 0;
    const work = async () => {
      runs++;
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    };
    const service = runPeriodically(work, 0);
    const stopped = service.stop();
    release();
    await stopped;
    expect(runs).toBe(1);
  });
});

describe('a single flight', () => {
  it('executes once for calls at the same time, and again for later ones', async () => {
    const flight = createSingleFlight<string, number>();
    let executions = 0;
    const work = async () => ++executions;
    expect(await Promise.all([flight('a', work), flight('a', work), flight('b', work)])).toEqual([1, 1, 2]);
    expect(await flight('a', work)).toBe(3);
  });
});

describe('a memo', () => {
  it('keeps results, not errors', async () => {
    const work = vi.fn<() => Promise<string>>();
    work.mockRejectedValueOnce(new Error('no'));
    work.mockResolvedValue('yes');
    const read = memoize(work);
    await expect(read()).rejects.toThrow('no');
    expect([await read(), await read()]).toEqual(['yes', 'yes']);
    expect(work).toHaveBeenCalledTimes(2);
  });

  it('forgets the key that was used least recently', async () => {
    const memo = createMemo<string, string>({ maxKeys: 2 });
    const reads: string[] = [];
    const read = (key: string) =>
      memo(key, async () => {
        reads.push(key);
        return key;
      });
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await read(key);
    expect(reads).toEqual(['a', 'b', 'c', 'b']);
  });
});

describe('an outage log', () => {
  it('reports the begin and the end once, and another outage again', () => {
    const events: string[] = [];
    const log = createOutageLog({
      onBegin: (error) => events.push(`begin ${error}`),
      onEnd: () => events.push('end'),
      key: (error) => error,
    });
    log.succeeded();
    log.failed('database');
    log.failed('database');
    log.failed('engine');
    log.succeeded();
    log.succeeded();
    log.failed('engine');
    expect(events).toEqual(['begin database', 'begin engine', 'end', 'begin engine']);
  });
});

describe('retry', () => {
  it('repeats until the work succeeds, and rejects with an error that is not to be retried', async () => {
    const work = vi.fn<() => Promise<string>>();
    work.mockRejectedValueOnce(new Error('away'));
    work.mockResolvedValueOnce('done');
    work.mockRejectedValueOnce(new Error('wrong'));
    const shouldRetry = (error: unknown) => (error as Error).message === 'away';
    expect(await retry(work, { shouldRetry, delayMs: 0 })).toBe('done');
    await expect(retry(work, { shouldRetry, delayMs: 0 })).rejects.toThrow('wrong');
  });

  it('rejects with the last error when its signal aborts', async () => {
    const stop = new AbortController();
    const work = () => {
      stop.abort();
      return Promise.reject(new Error('away'));
    };
    const options = { shouldRetry: () => true, delayMs: 3_600_000, signal: stop.signal };
    await expect(retry(work, options)).rejects.toThrow('away');
  });
});
