import type { Runner } from '../../src/worker/runner.ts';

/**
 * Executes nothing: the name of a test decides its outcome (`FailLogin`, `BrokenCart`, `SkipTax`; `FlakyCart` fails in the first attempt;
 * any other name passes). A test whose name begins with `Wait` ends when the run is aborted.
 */
export const namedRunner: Runner = async ({ run, record, abort }) => {
  const { retryFailed = 0 } = run.options;
  const tests = run.selection.tests.map((name) => ({ name, suite: undefined, retryFailed }));
  await record.phase('generating');
  await record.commit({ id: 'c0ffee'.repeat(6).slice(0, 40), subject: 'Test the cart' });
  await record.plan(tests);
  await record.phase('testing');
  for (const { test, done } of await record.planned()) {
    if (done) continue;
    await record.blockStarted([test]);
    await record.testStarted(test);
    if (test.name.startsWith('Wait')) {
      await new Promise<void>((resolve) => abort.addEventListener('abort', () => resolve()));
      throw abort.reason;
    }
    const status = statusOf(test.name, run.attempt);
    await record.result({
      test: test.name,
      suite: undefined,
      status,
      message: status === 'failed' ? 'Element "#cart" was not found.' : undefined,
      reason:
        status === 'broken' ? { code: 'RESULT_MISSING', message: 'There is no result file.' } : undefined,
      startedAt: new Date(),
      durationMs: 1200,
      attachments: [],
    });
  }
  await record.phase('reporting');
  return { kind: 'finished' };
};

function statusOf(name: string, attempt: number) {
  if (name.startsWith('Flaky')) return attempt === 1 ? 'failed' : 'passed';
  if (name.startsWith('Fail')) return 'failed';
  if (name.startsWith('Broken')) return 'broken';
  return name.startsWith('Skip') ? 'skipped' : 'passed';
}
