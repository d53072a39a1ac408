import { Fault, isFault } from '../../faults/fault.ts';
import { describeUnknownTest } from '../catalog/known-names.ts';
import { createResolver } from '../resolver/resolver.ts';
import { stepsOfTest, type TestSteps } from '../steps/test-steps.ts';
import { changesOfTest, type Side } from './changed-tests.ts';
import type { StepsPart } from './digests.ts';
import type { Reason } from './reasons.ts';
import { differenceOf, type Hunk } from './step-difference.ts';

/** What differs in one test between two commits. */
export interface TestChanges {
  state: 'same' | 'changed' | 'new' | 'removed';
  reasons: Reason[];
  /** Number of reasons that are left out. */
  more: number;
  /** The parts of the test whose steps differ. */
  parts: { part: StepsPart; hunks: Hunk[] }[];
  /** The places of the step that was asked about, now. */
  step: { origin: TestSteps['origin']; call: TestSteps['origin'] | null; changed: boolean } | null;
}

const none: Pick<TestSteps, 'before' | 'steps' | 'after'> = { before: [], steps: [], after: [] };

/**
 * The difference of a test, and where one of its steps is declared. `suites`: also those of the suites that it is in. Throws NOT_FOUND for
 * a test that neither side has.
 */
export function testChanges(
  before: Side,
  after: Side,
  { test, stepKey }: { test: string; stepKey?: string | undefined },
): TestChanges {
  const old = linesOf(before, test);
  const now = linesOf(after, test);
  if (isFault(old, 'NOT_FOUND') && isFault(now, 'NOT_FOUND')) {
    throw new Fault('NOT_FOUND', describeUnknownTest(after.catalog, test) ?? now.message);
  }
  const earlier = stepsOf(old);
  const later = stepsOf(now);
  const parts = (
    [
      ['before', differenceOf(earlier.before, later.before)],
      ['test', differenceOf(earlier.steps, later.steps)],
      ['after', differenceOf(earlier.after, later.after)],
    ] as const
  ).flatMap(([part, hunks]) => (hunks.length === 0 ? [] : [{ part, hunks }]));
  const change = isFault(now, 'NOT_FOUND') ? undefined : changesOfTest(before, after, test);
  const { reasons = [], more = 0 } = change ?? {};
  return {
    state: isFault(now, 'NOT_FOUND')
      ? 'removed'
      : isFault(old, 'NOT_FOUND')
        ? 'new'
        : change
          ? 'changed'
          : 'same',
    reasons,
    more,
    parts,
    step: stepKey === undefined ? null : findStep(later, parts, stepKey),
  };
}

/** The steps of a test, or why there are none. */
function linesOf({ catalog, read }: Side, test: string): TestSteps | Fault {
  try {
    return stepsOfTest(createResolver(catalog, read), test);
  } catch (error) {
    if (isFault(error, 'NOT_FOUND', 'MODULE_INVALID')) return error;
    throw error;
  }
}

function stepsOf(lines: TestSteps | Fault) {
  return isFault(lines) ? none : lines;
}

function findStep(
  { before, steps, after }: Pick<TestSteps, 'before' | 'steps' | 'after'>,
  parts: TestChanges['parts'],
  stepKey: string,
): TestChanges['step'] {
  const step = [...before, ...steps, ...after].find((each) => each.stepKey === stepKey);
  if (step === undefined) return null;
  const changes = parts.flatMap(({ hunks }) => hunks.flatMap((hunk) => hunk.steps));
  const changed = changes.some(({ change, step: { stepKey: key } }) => change === 'added' && key === stepKey);
  return { origin: step.origin, call: step.call?.origin ?? null, changed };
}
