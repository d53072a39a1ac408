import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFreshness } from './freshness.ts';

describe('what is asked again', () => {
  let client: QueryClient;
  let asked: string[];
  let freshness: ReturnType<typeof createFreshness>;
  /** Answers that were asked for and are held back. */
  let held: (() => void)[] | undefined;

  beforeEach(async () => {
    vi.useFakeTimers();
    client = new QueryClient();
    asked = [];
    held = undefined;
    freshness = createFreshness(client, { pauseMs: 250 });
    for (const queryKey of [['overview', '2h'], ['runs', 'list'], ['run', 44], ['run', 45], ['users']]) {
      await client.prefetchQuery({ queryKey, queryFn: () => queryKey });
      client
        .getQueryCache()
        .find({ queryKey })
        ?.setOptions({
          queryKey,
          queryFn: async () => {
            asked.push(queryKey.join(' '));
            if (held) await new Promise<void>((resolve) => held?.push(resolve));
            return queryKey;
          },
        });
    }
    // Only what is on the page is asked for: here, all of it.
    vi.spyOn(client, 'invalidateQueries').mockImplementation(async ({ queryKey = [] } = {}) => {
      await client.getQueryCache().find({ queryKey })?.fetch();
    });
  });
  afterEach(() => {
    freshness.stop();
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('is what shows the run that changed, and what follows all runs, once for many events', async () => {
    for (let event = 0; event < 20; event += 1) freshness.runChanged(44);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked).toEqual(['overview 2h', 'runs list', 'run 44']);
  });

  it('waits a little before it is asked again', async () => {
    freshness.runChanged(44);
    await vi.advanceTimersByTimeAsync(1);
    asked = [];
    freshness.runChanged(44);
    await vi.advanceTimersByTimeAsync(200);
    expect(asked).toEqual([]);
    await vi.advanceTimersByTimeAsync(60);
    expect(asked).toContain('run 44');
  });

  it('is what shows environments, workers or schedules, when one of those changed', async () => {
    freshness.changed('environment');
    await vi.advanceTimersByTimeAsync(1);
    expect(asked).toEqual(['overview 2h']);
    freshness.changed('schedules');
    await vi.advanceTimersByTimeAsync(300);
    expect(asked).toEqual(['overview 2h']);
  });

  it('is everything when anything may have changed', async () => {
    freshness.anythingChanged();
    await vi.advanceTimersByTimeAsync(1);
    expect(asked).toHaveLength(5);
  });

  it('is asked again after an answer that was on its way when the run changed, not beside it', async () => {
    held = [];
    freshness.runChanged(45);
    await vi.advanceTimersByTimeAsync(1);
    freshness.runChanged(45);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(asked.filter((each) => each === 'run 45')).toHaveLength(1);
    const answers = held;
    held = undefined;
    for (const answer of answers) answer();
    await vi.advanceTimersByTimeAsync(300);
    expect(asked.filter((each) => each === 'run 45')).toHaveLength(2);
  });
});
