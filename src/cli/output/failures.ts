import { type FaultCode, faults } from '../../faults/fault.ts';
import { type Classification, firstLineOf } from '../../model/failure.ts';
import { groupBy } from '../../model/group-by.ts';
import { countNames } from '../../model/selection.ts';
import type { TestResultView } from '../../operations/results/results-view.ts';
import { clean, colourOf } from './format.ts';
import { printFields } from './table.ts';
import type { Output } from './terminal.ts';

interface Explanation {
  meaning: string;
  remedy: string;
}

/** What a failure says, after the history of its test on the environment. */
const explanations = new Map<Classification, Explanation>([
  [
    'new',
    {
      meaning: 'New: the test passed here before, so the shop or the test has changed.',
      remedy: 'Look at the screenshot and the step; compare with the run in which it last passed.',
    },
  ],
  [
    'known',
    {
      meaning: 'Known: the test failed here before as well.',
      remedy: 'See where else it fails: on all environments the test is at fault, on one the shop.',
    },
  ],
  [
    'flaky',
    {
      meaning: 'Flaky: the outcome of the test here keeps changing.',
      remedy: 'Retry it; then find out what it does not wait for.',
    },
  ],
]);
const firstOutcome: Explanation = {
  meaning: 'The shop did not do what the test expects; the test has no earlier outcome here.',
  remedy: 'Look at the screenshot and the step; the same test on another environment shows what differs.',
};

/**
 * Prints a block for each cause of failed and broken tests, the most frequent first: the tests, the failed step, the first line of
 * the message, the meaning and the remedy.
 */
export function printFailures(output: Output, tests: readonly TestResultView[], runId: number): void {
  const unsuccessful = tests.filter(({ status }) => status === 'failed' || status === 'broken');
  const causes = groupBy(unsuccessful, ({ status, failure, reason }) =>
    [status, reason?.code, failure?.cause].join(' '),
  );
  for (const group of [...causes.values()].sort((a, b) => b.length - a.length)) {
    output.line();
    printCause(output, group, runId);
  }
}

function printCause(output: Output, tests: readonly TestResultView[], runId: number): void {
  const [first] = tests as [TestResultView];
  const { status, message, reason, failure, attachments } = first;
  const names = countNames('test', [...new Set(tests.map(({ test }) => clean(test)))]);
  const code = reason === null ? '' : ` (${reason.code})`;
  output.line(`${colourOf(output.paint, status)} ${output.paint.bold(names)}${code}`);
  const fields: [string, string][] = [];
  const step = failure?.step;
  if (step) {
    const of = step.of === null ? '' : ` of ${step.of}`;
    fields.push(['  Step', `${step.number}${of}: ${clean(step.title)}`]);
  }
  const firstLine = clean(firstLineOf(message ?? ''));
  if (firstLine !== '') fields.push(['  Message', firstLine]);
  const { meaning, remedy } = explain(first);
  fields.push(['  Meaning', meaning], ['  What to do', remedy]);
  const screenshot = attachments.find(({ kind }) => kind === 'screenshot');
  if (screenshot) fields.push(['  Screenshot', clean(screenshot.path)]);
  fields.push(['  Log', `matre log ${runId}`]);
  printFields(output, fields);
}

function explain({ reason, failure }: TestResultView): Explanation {
  if (reason !== null && Object.hasOwn(faults, reason.code)) return faults[reason.code as FaultCode];
  const classification = failure?.classification;
  return (classification && explanations.get(classification)) ?? firstOutcome;
}
