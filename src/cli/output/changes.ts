import type { ChangedTestView, ReasonView, TestChangesView } from '../../operations/tests/changes-view.ts';
import type { StepView } from '../../operations/tests/step-view.ts';
import { clean, plural } from './format.ts';
import type { Output } from './terminal.ts';

/** Prints tests with the reasons why they are among those that changed. */
export function printChangedTests(output: Output, tests: readonly ChangedTestView[]): void {
  for (const { test, suites, reasons, more } of tests) {
    const names = suites.filter((suite) => suite !== null);
    const where = names.length === 0 ? '' : ` (${names.map(clean).join(', ')})`;
    output.line(`${output.paint.bold(clean(test))}${where}`);
    printReasons(output, reasons, more);
  }
}

function printReasons(output: Output, reasons: readonly ReasonView[], more: number): void {
  for (const { text, file, line, before, after } of reasons) {
    const place = file === null ? '' : `  ${output.paint.dim(`${clean(file)}:${line}`)}`;
    const values = before === null || after === null ? '' : `: ${clean(before)} -> ${clean(after)}`;
    output.line(`  ${clean(text)}${values}${place}`);
  }
  if (more > 0) output.line(`  and ${plural(more, 'more reason')}`);
}

/** Lines of tests that are not there any more. */
const maxLost = 50;

/** Prints the tests that are gone, and the files that nothing compares. */
export function printLost(
  output: Output,
  {
    lost,
    otherFiles,
  }: { lost: readonly { test: string; reason: string }[]; otherFiles: { count: number; paths: string[] } },
): void {
  for (const { test, reason } of lost.slice(0, maxLost))
    output.line(`Gone: ${clean(test)}: ${clean(reason)}`);
  if (lost.length > maxLost) output.line(`Gone: ${lost.length - maxLost} more (all of them with --json)`);
  const { count, paths } = otherFiles;
  if (count === 0) return;
  const more = count > paths.length ? ` and ${count - paths.length} more` : '';
  output.line(`Not compared: ${paths.map(clean).join(', ')}${more}`);
}

const signs = { same: ' ', added: '+', removed: '-' };

/** Prints the difference of a test, its steps as in a diff. */
export function printTestChanges(output: Output, changes: TestChangesView): void {
  const { test, state, reasons, more, parts } = changes;
  output.line(`${output.paint.bold(clean(test))}: ${state}`);
  printReasons(output, reasons, more);
  for (const { part, hunks } of parts) {
    output.line();
    output.line(output.paint.bold(part));
    for (const { skipped, steps } of hunks) {
      if (skipped > 0) output.line(output.paint.dim(`  ... ${plural(skipped, 'equal step')}`));
      for (const { change, ...step } of steps) {
        const line = `${signs[change]} ${lineOf(step)}  ${output.paint.dim(`${clean(step.file)}:${step.line}`)}`;
        if (change === 'added') output.line(output.paint.green(line));
        else output.line(change === 'removed' ? output.paint.red(line) : line);
      }
    }
  }
}

function lineOf({ action, text, stepKey }: StepView): string {
  if (stepKey === null) return `<!-- ${clean(text)} -->`;
  return [clean(action), clean(text), `[${clean(stepKey)}]`].filter((part) => part !== '').join(' ');
}
