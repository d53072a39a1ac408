import { testLink } from '../../model/page-links.ts';
import type { ProgressView } from '../../operations/runs/progress.ts';
import { exitCodes } from '../exit-codes.ts';
import { messageOf, sourceText } from '../output/failures.ts';
import { noFailures, type RunFailures } from './read-failures.ts';

/** Finished runs and their failures for programs: what `watch --json` prints. `url` is that of the page. */
export function describeFinished(
  finished: readonly Pick<ProgressView, 'run'>[],
  failures: ReadonlyMap<number, RunFailures>,
  { exitCode, url }: { exitCode: number; url: string | undefined },
) {
  return {
    exitCode,
    runs: finished.map(({ run }) => run),
    failures: finished.flatMap(({ run }) => failureViews(run, failures.get(run.id), url)),
  };
}

/** The failures of a run for programs. */
function failureViews(run: ProgressView['run'], failures: RunFailures | undefined, url: string | undefined) {
  return (failures?.tests ?? []).map((test) => ({
    run: run.id,
    environment: run.environment,
    test: test.test,
    suite: test.suite,
    status: test.status,
    classification: test.failure?.classification ?? null,
    quarantined: test.quarantine !== null,
    message: messageOf(test),
    file: sourceText(test, failures ?? noFailures) ?? null,
    page: url === undefined ? null : testLink(url, run.id, test),
  }));
}

/**
 * The exit code of the worst verdict: 2 for broken or cancelled runs (no trustworthy result), 1 for failed ones, else 0; with
 * `failOnFlaky` 1 also when a test was flaky.
 */
export function verdictCode(
  finished: readonly { run: Pick<ProgressView['run'], 'verdict' | 'counts'> }[],
  failOnFlaky: boolean,
): number {
  const verdicts = new Set(finished.map(({ run }) => run.verdict));
  if (verdicts.has('broken') || verdicts.has('cancelled')) return exitCodes.broken;
  const hasFlaky = finished.some(({ run }) => run.counts.flaky > 0);
  return verdicts.has('failed') || (failOnFlaky && hasFlaky) ? exitCodes.failed : exitCodes.passed;
}
