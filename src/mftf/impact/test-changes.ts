import { Fault, isFault } from '../../faults/fault.ts';
import { describeUnknownTest } from '../catalog/known-names.ts';
import type { Resolver } from '../resolver/model.ts';
import { createResolver } from '../resolver/resolver.ts';
import { stepsOfTest, type TestSteps } from '../steps/test-steps.ts';
import { changesOfTest, type Side } from './changed-tests.ts';
import type { StepsPart } from './digests.ts';
import type { Reason } from './reasons.ts';
import { differenceOf, type Hunk } from './step-difference.ts';
import { placesOfStep, type StepPlace } from './step-places.ts';

/** What differs in one test between two commits. */
export interface TestChanges {
  state: 'same' | 'changed' | 'new' | 'removed';
  reasons: Reason[];
  /** Number of reasons that are left out. */
  more: number;
  /** The parts of the test whose steps differ. */
  parts: { part: StepsPart; hunks: Hunk[] }[];
  /** The step that was asked about, now. `places`: where all that it resolves to is declared, itself included. */
  step: {
    origin: TestSteps['origin'];
    call: TestSteps['origin'] | null;
    changed: boolean;
    places: StepPlace[];
  } | null;
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
  const old = linesOf(createResolver(before.catalog, before.read), test);
  const resolver = createResolver(after.catalog, after.read);
  const now = linesOf(resolver, test);
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
    step: stepKey === undefined ? null : findStep(after, resolver, { test, stepKey, parts }),
  };
}

/** The steps of a test, or why there are none. */
function linesOf(resolver: Resolver, test: string): TestSteps | Fault {
  try {
    return stepsOfTest(resolver, test);
  } catch (error) {
    if (isFault(error, 'NOT_FOUND', 'MODULE_INVALID')) return error;
    throw error;
  }
}

function stepsOf(lines: TestSteps | Fault) {
  return isFault(lines) ? none : lines;
}

function findStep(
  side: Side,
  resolver: Resolver,
  { test, stepKey, parts }: { test: string; stepKey: string; parts: TestChanges['parts'] },
): TestChanges['step'] {
  const resolution = resolver.test(test);
  if ('refusal' in resolution) return null;
  const { before = [], steps, after = [] } = resolution.resolved;
  const step = [...before, ...steps, ...after].find((each) => each.stepKey === stepKey);
  if (step === undefined) return null;
  const changes = parts.flatMap(({ hunks }) => hunks.flatMap((hunk) => hunk.steps));
  const changed = changes.some(({ change, step: { stepKey: key } }) => change === 'added' && key === stepKey);
  const { origin, call } = step;
  return { origin, call: call?.origin ?? null, changed, places: placesOfStep(side, resolver, step) };
}
