import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { showChangesSincePass } from '../../operations/results/changes-since-pass.ts';
import { listRuns } from '../../operations/runs/list-runs.ts';
import { submitRuns } from '../../operations/runs/runs.ts';
import { withSlowNotice } from './slow-notice.ts';

// Timers are restored, because all test files share the process.
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('says after some seconds that the tests are read, and nothing about other operations', async () => {
  const lines: string[] = [];
  const answers: (() => void)[] = [];
  const work = () => new Promise<void>((resolve) => answers.push(resolve));
  const calls = [submitRuns, showChangesSincePass, listRuns].map((operation) =>
    withSlowNotice(operation, (line) => lines.push(line), work),
  );
  await vi.advanceTimersByTimeAsync(4_000);
  expect(lines).toEqual([]);
  await vi.advanceTimersByTimeAsync(600_000);
  const notice = expect.stringMatching(/^Waiting: matre is reading the tests of the image/);
  expect(lines).toEqual([notice, notice]);
  for (const answer of answers) answer();
  await Promise.all(calls);
});

it('says nothing when the answer is quick', async () => {
  const lines: string[] = [];
  expect(
    await withSlowNotice(
      submitRuns,
      (line) => lines.push(line),
      async () => 7,
    ),
  ).toBe(7);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(lines).toEqual([]);
});
