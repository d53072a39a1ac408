import { durationText } from '../../model/duration.ts';
import { createDiagnosis } from '../../store/tables/diagnosis.ts';
import { type Check, problemsOrOk, warning } from '../check.ts';

/** A warning: the tests pass, and take longer. */
export const waitsRanOut: Check = {
  name: 'waits-ran-out',
  labels: {
    subject: 'the waits of tests',
    ok: 'the waits of tests end in time',
    problem: 'waits of tests run out',
  },
  description: 'whether waits for jQuery ran out in the newest run of each environment',
  symptoms: ['tests pass and take minutes longer', 'js never executed, performing 30 second wait.'],
  codes: ['WAITS_RAN_OUT'],

  async run({ database, environments }) {
    const ids = environments.map(({ id }) => id);
    const runs = await createDiagnosis({ database }).waitsOfNewestRuns(ids);
    return problemsOrOk(
      runs.map(({ code, runId, tests, count, lostMs }) =>
        warning(
          'WAITS_RAN_OUT',
          `In run ${runId} ${count} ${count === 1 ? 'wait' : 'waits'} of ${tests} ${tests === 1 ? 'test' : 'tests'} ran out, and ${durationText(lostMs)} were lost.`,
          { about: code },
        ),
      ),
      'No wait ran out in the newest run of any environment.',
    );
  },
};
