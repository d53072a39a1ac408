import { resolvedText, type ShownStep, type StepLine } from '../steps/test-steps.ts';

/** A step of one or both of two lists. */
export interface StepChange {
  change: 'same' | 'added' | 'removed';
  /** Its text has the values that references lead to, unless only the references themselves differ. */
  step: StepLine;
}

/** Steps that differ with those around them. */
export interface Hunk {
  /** Number of equal steps that are left out before it. */
  skipped: number;
  steps: StepChange[];
}

/** Equal steps that are shown before and after those that differ. */
const context = 2;
/** Comparisons of steps; two lists of 1,000 need a million. Beyond that all of the middle counts as replaced. */
const maxComparisons = 4_000_000;

/**
 * The difference of two lists of steps as hunks; a changed step is removed and added. Empty when they are equal, also in the values of
 * data, elements and pages that they refer to.
 */
export function differenceOf(before: readonly ShownStep[], after: readonly ShownStep[]): Hunk[] {
  const earlier = before.map(comparedStep);
  const later = after.map(comparedStep);
  const changes = withTexts(changesOf(earlier, later), earlier, later);
  const hunks: Hunk[] = [];
  let end = 0;
  for (let at = changes.findIndex(isChange); at >= 0; ) {
    const start = Math.max(end, at - context);
    let last = at;
    for (let next = at; next < changes.length && next - last <= 2 * context; next += 1) {
      if (isChange(changes[next])) last = next;
    }
    const stop = Math.min(changes.length, last + 1 + context);
    hunks.push({ skipped: start - end, steps: changes.slice(start, stop) });
    end = stop;
    const following = changes.slice(end).findIndex(isChange);
    at = following < 0 ? -1 : end + following;
  }
  return hunks;
}

const isChange = (one: StepChange | undefined) => one !== undefined && one.change !== 'same';

/** A step with what it is compared by. */
interface ComparedStep extends StepLine {
  /** All of it but its place in a file. */
  key: string;
  /** The same without its references, which may have another name and lead to the same. */
  shownKey: string;
  resolved: string;
}

function comparedStep(shown: ShownStep): ComparedStep {
  const { stepKey, action, text, origin, call } = shown;
  const resolved = resolvedText(shown);
  const shownKey = JSON.stringify([stepKey, action, resolved, call?.stepKey, call?.actionGroup]);
  return { ...{ stepKey, action, text, origin, call }, key: shownKey + text, shownKey, resolved };
}

interface ComparedChange {
  change: StepChange['change'];
  step: ComparedStep;
}

function withTexts(
  changes: readonly ComparedChange[],
  before: readonly ComparedStep[],
  after: readonly ComparedStep[],
): StepChange[] {
  const earlier = new Set(before.map(({ shownKey }) => shownKey));
  const later = new Set(after.map(({ shownKey }) => shownKey));
  return changes.map(({ change, step: { key: _, shownKey, resolved, ...step } }) => {
    const looksEqual = change !== 'same' && earlier.has(shownKey) && later.has(shownKey);
    return { change, step: looksEqual ? step : { ...step, text: resolved } };
  });
}

function changesOf(before: readonly ComparedStep[], after: readonly ComparedStep[]): ComparedChange[] {
  const earlier = before.map(({ key }) => key);
  const later = after.map(({ key }) => key);
  let start = 0;
  while (start < earlier.length && start < later.length && earlier[start] === later[start]) start += 1;
  let end = 0;
  while (
    end < Math.min(earlier.length, later.length) - start &&
    earlier.at(-1 - end) === later.at(-1 - end)
  ) {
    end += 1;
  }
  // Of equal steps the later ones are shown, with their lines now.
  const same = (list: readonly ComparedStep[]): ComparedChange[] =>
    list.map((step) => ({ change: 'same', step }));
  const oldMiddle = { keys: earlier.slice(start, earlier.length - end), steps: before.slice(start) };
  const newMiddle = { keys: later.slice(start, later.length - end), steps: after.slice(start) };
  return [
    ...same(after.slice(0, start)),
    ...middleChanges(oldMiddle, newMiddle),
    ...same(after.slice(after.length - end)),
  ];
}

interface Middle {
  keys: readonly string[];
  steps: readonly ComparedStep[];
}

/** By the longest common subsequence. */
function middleChanges(before: Middle, after: Middle): ComparedChange[] {
  const rows = before.keys.length;
  const columns = after.keys.length;
  const step = ({ steps }: Middle, at: number) => steps[at] as ComparedStep;
  const removed = (at: number): ComparedChange => ({ change: 'removed', step: step(before, at) });
  const added = (at: number): ComparedChange => ({ change: 'added', step: step(after, at) });
  if (rows * columns > maxComparisons) {
    return [...before.keys.map((_, at) => removed(at)), ...after.keys.map((_, at) => added(at))];
  }
  const width = columns + 1;
  const lengths = new Uint16Array((rows + 1) * width);
  const length = (row: number, column: number) => lengths[row * width + column] ?? 0;
  for (let row = rows - 1; row >= 0; row -= 1) {
    for (let column = columns - 1; column >= 0; column -= 1) {
      lengths[row * width + column] =
        before.keys[row] === after.keys[column]
          ? length(row + 1, column + 1) + 1
          : Math.max(length(row + 1, column), length(row, column + 1));
    }
  }
  const changes: ComparedChange[] = [];
  let row = 0;
  let column = 0;
  while (row < rows || column < columns) {
    if (row < rows && column < columns && before.keys[row] === after.keys[column]) {
      changes.push({ change: 'same', step: step(after, column) });
      row += 1;
      column += 1;
    } else if (row < rows && (column === columns || length(row + 1, column) >= length(row, column + 1))) {
      changes.push(removed(row));
      row += 1;
    } else {
      changes.push(added(column));
      column += 1;
    }
  }
  return changes;
}
