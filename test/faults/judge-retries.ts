import type { Evidence, FinalAttempt, FinalResult } from './evidence.ts';
import type { Violation } from './judge.ts';

// Retries in the same run: by users, and automatic ones of failed tests.

/** The attempts of a run after which a user retried it. */
export const retriedAfter = ({ retries }: Pick<Evidence, 'retries'>, id: number): number[] =>
  retries.filter(({ runId }) => runId === id).map(({ after }) => after);

/** The attempts of a run, in one list for each time that a user requested them. */
export function rounds(history: readonly FinalAttempt[], retried: readonly number[]): FinalAttempt[][] {
  const ends = [...retried, Number.POSITIVE_INFINITY].sort((one, other) => one - other);
  return ends.map((end, index) =>
    history.filter(({ attempt }) => attempt > (ends[index - 1] ?? 0) && attempt <= end),
  );
}

/**
 * Whether a test may be executed again although it has this result: it did not pass, and the attempt or a later one before `next` ended
 * with a retry.
 */
export function mayRepeat(
  evidence: Pick<Evidence, 'retries' | 'attempts' | 'runs'>,
  { runId, attempt, status }: FinalResult,
  next: number,
): boolean {
  if (status === 'passed') return false;
  const isBetween = (number: number) => number >= attempt && number < next;
  return (
    retriedAfter(evidence, runId).some(isBetween) ||
    evidence.attempts.some((each) => {
      // Failed tests are executed again together with those that a transient fault broke.
      const isRetried = each.outcome === 'finished' || each.outcome === 'broken';
      return each.runId === runId && isRetried && isBetween(each.attempt) && mayRetryFailed(evidence, runId);
    })
  );
}

const mayRetryFailed = ({ runs }: Pick<Evidence, 'runs'>, id: number) =>
  runs.some((run) => run.id === id && run.retryFailed > 0);

/** No retry is lost: each has attempts, and its tests have a result in the last one, if that came to its end. None is doubled. */
export function lostRetries(evidence: Evidence): Violation[] {
  const { attempts, results, planned, runs, retryEvents } = evidence;
  return runs.flatMap(({ id }): Violation[] => {
    const retried = retriedAfter(evidence, id);
    const events = retryEvents.find(({ runId }) => runId === id)?.count ?? 0;
    const own = rounds(
      attempts.filter(({ runId }) => runId === id),
      retried,
    );
    const counted: Violation[] =
      events === retried.length
        ? []
        : [
            {
              kind: events > retried.length ? 'doubled' : 'lost',
              message: `run ${id} was retried ${retried.length} times by a user, and has ${events} events of that`,
            },
          ];
    const limit = (runs.find((run) => run.id === id)?.retryFailed ?? 0) + 1;
    const tooOften = own.flatMap((round): Violation[] => {
      const failures = results.filter(
        ({ runId, attempt, status }) =>
          runId === id && status === 'failed' && round.some((each) => each.attempt === attempt),
      );
      return failures.length <= limit
        ? []
        : [
            {
              kind: 'doubled',
              message: `run ${id} executed a failed test ${failures.length} times in one round`,
            },
          ];
    });
    const missing = own.flatMap((round, index): Violation[] => {
      const last = round.at(-1);
      const before = own.slice(0, index).flat();
      if (last === undefined) {
        return [{ kind: 'lost', message: `run ${id} has no attempt after retry ${index} by a user` }];
      }
      if (last.outcome !== 'finished') return [];
      const isOf = (list: readonly FinalAttempt[], result: FinalResult) =>
        list.some(({ attempt }) => attempt === result.attempt);
      return planned
        .filter(({ runId }) => runId === id)
        .filter(({ test }) => {
          const ofTest = results.filter((result) => result.runId === id && result.test === test);
          const isDone = ofTest.some((result) => isOf(before, result) && result.status === 'passed');
          return !isDone && !ofTest.some((result) => isOf(round, result));
        })
        .map(({ test }) => ({
          kind: 'lost',
          message: `${test} of run ${id} was not executed after retry ${index} by a user`,
        }));
    });
    return [...counted, ...tooOften, ...missing];
  });
}
