import type { StepLine } from '../steps/test-steps.ts';

/** A step of one or both of two lists. */
export interface StepChange {
  change: 'same' | 'added' | 'removed';
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

/** The difference of two lists of steps as hunks; a changed step is removed and added. Empty when they are equal. */
export function differenceOf(before: readonly StepLine[], after: readonly StepLine[]): Hunk[] {
  const changes = changesOf(before, after);
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

function changesOf(before: readonly StepLine[], after: readonly StepLine[]): StepChange[] {
  const earlier = before.map(identity);
  const later = after.map(identity);
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
  const same = (list: readonly StepLine[]): StepChange[] => list.map((step) => ({ change: 'same', step }));
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
  steps: readonly StepLine[];
}

/** By the longest common subsequence. */
function middleChanges(before: Middle, after: Middle): StepChange[] {
  const rows = before.keys.length;
  const columns = after.keys.length;
  const step = ({ steps }: Middle, at: number) => steps[at] as StepLine;
  const removed = (at: number): StepChange => ({ change: 'removed', step: step(before, at) });
  const added = (at: number): StepChange => ({ change: 'added', step: step(after, at) });
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
  const changes: StepChange[] = [];
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

/** All of a step but its place in a file. */
function identity({ stepKey, action, text, call }: StepLine): string {
  return JSON.stringify([stepKey, action, text, call?.stepKey, call?.actionGroup]);
}
