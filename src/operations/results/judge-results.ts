import type { CauseNote } from '../../model/cause-note.ts';
import { classifications } from '../../model/failure.ts';
import { groupBy } from '../../model/group-by.ts';
import type { Status } from '../../model/result.ts';
import type { ResultClass } from '../../model/result-class.ts';
import type { ResultPlace } from '../../model/result-place.ts';
import type { ExpectedDuration } from '../../store/tables/durations.ts';
import type { PlannedProgress } from '../../store/tables/plans.ts';
import type { RecordedResult, SameCause } from '../../store/tables/results.ts';
import type { ViewSource } from '../core/source-view.ts';
import { viewWaits } from '../core/views.ts';
import { viewNote } from '../triage/note-view.ts';
import { viewApplied } from '../triage/quarantine-view.ts';
import type { CauseView, FailureView, RunResultsView, TestResultView } from './results-view.ts';

/** The maximum number of other runs with the same cause. */
export const maxSameCause = 5;
const messageCharacters = 4_000;

/** What the results of a run are built from. */
interface ResultSources {
  plan: readonly PlannedProgress[];
  /** The results of all attempts. */
  results: readonly RecordedResult[];
  expected: readonly ExpectedDuration[];
  /** Outcome histories before the run, by `<suite>:<test>`. */
  outcomes: ReadonlyMap<string, string>;
  /** The classes of results, by `<suite>:<test>`. */
  classes: ReadonlyMap<string, readonly ResultClass[]>;
  same: readonly SameCause[];
  viewSource: ViewSource;
  /** By cause. */
  notes: ReadonlyMap<string, CauseNote>;
}

/** Each test with its result and what that means in view of its history, and the causes of failures. */
export function judgeResults({
  plan,
  results,
  expected,
  outcomes,
  classes,
  same,
  notes,
  viewSource,
}: ResultSources): Omit<RunResultsView, 'reason'> {
  const resultsOf = groupBy(results, keyOf);
  const usual = new Map(expected.map(({ position, expectedMs }) => [position, Math.round(expectedMs)]));
  const runsWithCause = (cause: string | undefined) =>
    same.filter((each) => each.cause === cause).map(({ runId, environment }) => ({ id: runId, environment }));

  const tests = plan.map((planned, index): TestResultView => {
    const position = index + 1;
    const own = resultsOf.get(keyOf(planned)) ?? [];
    const latest = planned.startedAt === undefined && !planned.repeats ? own.at(-1) : undefined;
    const ownClasses = latest ? (classes.get(keyOf(planned)) ?? []) : [];
    const history = latest === undefined ? outcomes.get(keyOf(planned)) : latest.history;
    return {
      position,
      test: planned.test,
      suite: planned.suite ?? null,
      status: latest?.status ?? (planned.startedAt === undefined ? 'waiting' : 'running'),
      message: latest?.message?.slice(0, messageCharacters) ?? null,
      reason: latest?.reason ?? null,
      startedAt: (latest?.startedAt ?? planned.startedAt)?.toISOString() ?? null,
      durationMs: latest?.durationMs ?? null,
      // What the classes were found with. The expected duration has that of the run itself in it, once it is finished.
      usualMs: planned.usualMs ?? usual.get(position) ?? null,
      attempt: latest?.attempt ?? null,
      attempts: own
        .filter((each) => each !== latest)
        .map(({ attempt, status, message }) => ({
          attempt,
          status,
          message: message?.slice(0, messageCharacters) ?? null,
        })),
      attachments: latest?.attachments ?? [],
      history: history ?? '',
      flakyInRun: latest?.status === 'passed' && own.some(({ status }) => status === 'failed'),
      classes: [...ownClasses],
      flaky: ownClasses.includes('flaky'),
      quarantine: latest?.status === 'failed' && planned.quarantine ? viewApplied(planned.quarantine) : null,
      failure:
        latest && isBad(latest.status)
          ? failureOf(latest, { classes: ownClasses, sameCauseAs: runsWithCause(latest.cause), viewSource })
          : null,
      waits: viewWaits(latest?.waits),
    };
  });
  return { counts: count(tests), tests, causes: groupByCause(tests, runsWithCause, notes) };
}

function failureOf(
  result: RecordedResult,
  {
    classes,
    sameCauseAs,
    viewSource,
  }: {
    classes: readonly ResultClass[];
    sameCauseAs: FailureView['sameCauseAs'];
    viewSource: ViewSource;
  },
): FailureView {
  const { cause, step, place } = result;
  return {
    classification: classifications.find((each) => classes.includes(each)) ?? null,
    cause: cause ?? null,
    sameCauseAs,
    step: step === undefined ? null : { ...step, of: step.of ?? null },
    place: place ? viewPlace(place, viewSource) : null,
  };
}

function viewPlace(
  { test, suite, step }: ResultPlace,
  viewSource: ViewSource,
): NonNullable<FailureView['place']> {
  const declarations = {
    test: viewSource(test),
    suite: suite ? { name: suite.name, ...viewSource(suite) } : null,
  };
  if (step === undefined) return { ...declarations, step: null };
  const { stepKey, call } = step;
  return {
    ...declarations,
    step: {
      ...viewSource(step),
      stepKey,
      call: call ? { ...viewSource(call), actionGroup: call.actionGroup, stepKey: call.stepKey } : null,
    },
  };
}

function count(tests: readonly TestResultView[]): RunResultsView['counts'] {
  const number = (status: TestResultView['status']) => tests.filter((test) => test.status === status).length;
  return {
    planned: tests.length,
    passed: number('passed'),
    failed: number('failed'),
    broken: number('broken'),
    skipped: number('skipped'),
    quarantined: tests.filter(({ quarantine }) => quarantine !== null).length,
    running: number('running'),
    waiting: number('waiting'),
    flaky: tests.filter(({ flakyInRun }) => flakyInRun).length,
  };
}

/** Tests that broke for the same infrastructure fault share a cause too, even without a message. */
function groupByCause(
  tests: readonly TestResultView[],
  runsWithCause: (cause: string) => CauseView['sameCauseAs'],
  notes: ReadonlyMap<string, CauseNote>,
): CauseView[] {
  const bad = tests.filter(({ failure }) => failure !== null);
  const groups = groupBy(bad, ({ failure, reason }) => failure?.cause ?? reason?.code ?? '');
  groups.delete('');
  const causes = [...groups].map(([cause, members]): CauseView => {
    const [first] = members;
    const note = notes.get(cause);
    return {
      cause,
      message: first?.message ?? first?.reason?.message ?? '',
      status: members.some(({ status }) => status === 'failed') ? 'failed' : 'broken',
      tests: members.map(({ test, suite }) => ({ test, suite })),
      sameCauseAs: runsWithCause(cause),
      note: note ? viewNote(note) : null,
    };
  });
  return causes.sort((one, other) => other.tests.length - one.tests.length);
}

const isBad = (status: Status) => status === 'failed' || status === 'broken';

const keyOf = ({ test, suite }: { test: string; suite: string | undefined }) => `${suite ?? ''}:${test}`;
