import { type FaultCode, faults } from '../../faults/fault.ts';
import type { Classification } from '../../model/failure.ts';
import { beforeFailedHeading, headlineOf } from '../../model/failure-headline.ts';
import { groupBy } from '../../model/group-by.ts';
import { fileLink, fullName, testLink } from '../../model/page-links.ts';
import type { TestResultView } from '../../operations/results/results-view.ts';
import type { NoteView } from '../../operations/triage/note-view.ts';
import { clean, colourOf, plural } from './format.ts';
import { noteText } from './note-text.ts';
import { printFields, printText } from './table.ts';
import type { Output } from './terminal.ts';
import { beginningOf } from './text.ts';

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
      meaning: 'Known: the test failed here before for the same cause.',
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
  meaning:
    'The shop did not do what the test expects; it has no earlier outcome here, or failed for another cause.',
  remedy: 'Look at the screenshot and the step; the same test on another environment shows what differs.',
};

/** The words of the page for a failure after the history of its test. */
const marks = new Map<Classification, string>([
  ['new', 'new failure'],
  ['known', 'known failure'],
  ['flaky', 'flaky'],
]);

/** In this order a cause lists its tests, as the page does. */
const markOrder: readonly (Classification | null)[] = ['new', null, 'known', 'flaky'];

/** A message that is longer is cut, before a value. */
const maxMessage = 1_000;
/** A cause may have hundreds of tests, and hundreds of runs. */
const maxNames = 20;

/** The run that failures belong to, and what is known beside its results. */
export interface FailureContext {
  runId: number;
  environment: string;
  /** The address of the server; `undefined` without one. */
  url: string | undefined;
  /** Where failures come from, `path:line`, by the names of tests with their suites. */
  sources: ReadonlyMap<string, string>;
  /** What users know about their causes, by cause. */
  notes: ReadonlyMap<string, NoteView>;
}

/** The failed and broken tests among results. */
function failuresAmong(tests: readonly TestResultView[]): TestResultView[] {
  return tests.filter(({ status }) => status === 'failed' || status === 'broken');
}

/** The message of a test on one line, with the values that it compares. */
export function messageOf({ message, reason }: TestResultView): string {
  return beginningOf(clean(headlineOf(message ?? reason?.message ?? '')), maxMessage);
}

/** Prints one failure as it happens: the test with its mark, the message, where it is declared, and its page. */
export function printFailure(output: Output, test: TestResultView, context: FailureContext): void {
  const { paint } = output;
  const mark = markText(output, test);
  const attempt = (test.attempt ?? 1) > 1 ? `, attempt ${test.attempt}` : '';
  const where = `on ${context.environment} (run ${context.runId}${attempt})`;
  output.line(
    `${colourOf(paint, test.status)} ${paint.bold(clean(fullName(test)))} ${where}${mark === '' ? '' : `: ${mark}`}`,
  );
  const message = messageOf(test);
  if (message !== '') printText(output, message, 2);
  const source = sourceText(test, context);
  if (source !== undefined) output.line(`  ${source}`);
  if (context.url !== undefined) output.line(`  ${testLink(context.url, context.runId, test)}`);
}

/** The quarantine, the classification in the words of the page, or the code of a broken test; empty when there is none. */
function markText({ paint }: Output, { reason, failure, quarantine }: TestResultView): string {
  if (reason !== null) return reason.code;
  if (quarantine) return `quarantined until ${quarantine.endsAt.slice(0, 10)} by ${clean(quarantine.owner)}`;
  const classification = failure?.classification ?? null;
  if (classification === null) return '';
  const mark = marks.get(classification) ?? '';
  return classification === 'new' ? paint.bold(mark) : mark;
}

/** `brief`: what a terminal needs right after a run; without the meaning and what to do. */
export interface FailureStyle {
  brief: boolean;
}

/**
 * Prints a block for each cause of failed and broken tests, the most frequent first: the tests with their marks, the message with its
 * values, the failed step, the meaning, the remedy, and where to read more.
 */
export function printFailures(
  output: Output,
  tests: readonly TestResultView[],
  context: FailureContext,
  style: FailureStyle = { brief: false },
): void {
  const causes = groupBy(failuresAmong(tests), ({ status, failure, reason }) =>
    [status, reason?.code, failure?.cause].join(' '),
  );
  for (const group of [...causes.values()].sort((a, b) => b.length - a.length)) {
    output.line();
    printCause(output, group, context, style);
  }
}

function printCause(
  output: Output,
  group: readonly TestResultView[],
  context: FailureContext,
  { brief }: FailureStyle,
): void {
  const { paint } = output;
  const { runId, url, notes } = context;
  const tests = group.toSorted((one, other) => rank(one) - rank(other));
  const [first] = tests as [TestResultView];
  const status = colourOf(paint, first.status);
  if (tests.length === 1) {
    const mark = markText(output, first);
    output.line(`${status} ${paint.bold(clean(fullName(first)))}${mark === '' ? '' : `: ${mark}`}`);
  } else {
    const code = first.reason === null ? '' : `: ${first.reason.code}`;
    output.line(`${status} ${paint.bold(`${plural(tests.length, 'test')} with the same cause`)}${code}`);
    for (const test of tests.slice(0, maxNames)) {
      const mark = test.reason === null ? markText(output, test) : '';
      output.line(`  ${clean(fullName(test))}${mark === '' ? '' : `: ${mark}`}`);
    }
    if (tests.length > maxNames) output.line(`  and ${tests.length - maxNames} more`);
  }
  const fields: [string, string][] = [];
  const message = messageOf(first);
  if (message !== '') fields.push(['  Message', message]);
  const step = first.failure?.step;
  if (step) {
    const of = step.of === null || step.of < step.number ? '' : ` of ${step.of}`;
    fields.push(['  Step', `${step.number}${of}: ${clean(step.title)}`]);
  }
  // A server of an older version reports no waits.
  if (first.waits) fields.push(['  Waits', clean(first.waits.summary)]);
  const cause = first.failure?.cause ?? undefined;
  const note = cause === undefined ? undefined : notes.get(cause);
  if (note !== undefined) fields.push(['  Known', noteText(note)]);
  const same = first.failure?.sameCauseAs ?? [];
  if (same.length > 0) {
    fields.push([
      '  Same cause',
      same.map(({ id, environment }) => `run ${id} on ${environment}`).join(', '),
    ]);
  }
  if (!brief) {
    const { meaning, remedy } = explain(first);
    fields.push(['  Meaning', meaning], ['  What to do', remedy]);
  }
  fields.push(...sourceRows(first, context));
  const screenshot = first.attachments.find(({ kind }) => kind === 'screenshot');
  if (screenshot && !brief) {
    fields.push([
      '  Screenshot',
      url === undefined ? clean(screenshot.path) : fileLink(url, runId, screenshot.path),
    ]);
  }
  if (url !== undefined) fields.push(['  Page', testLink(url, runId, first)]);
  if (cause !== undefined && !brief) fields.push(['  Cause', cause]);
  if (!brief || url === undefined)
    fields.push(['  Log', `matre log ${runId} --test ${shellWord(fullName(first))}`]);
  printFields(output, fields);
}

/** Where a failure comes from, `path:line`: the step that failed, else the suite whose before failed, else the test. */
export function sourceText(
  test: TestResultView,
  { sources }: Pick<FailureContext, 'sources'>,
): string | undefined {
  const { step, suite, test: declaration } = test.failure?.place ?? {};
  const place = step ?? suite ?? declaration;
  return place ? placeText(place) : sources.get(fullName(test));
}

function sourceRows(test: TestResultView, context: FailureContext): [string, string][] {
  const source = sourceText(test, context);
  const { step, suite, test: declaration } = test.failure?.place ?? {};
  const { call } = step ?? {};
  const link = step?.url ?? call?.url ?? suite?.url ?? declaration?.url;
  return [
    ...(source === undefined ? [] : [['  File', source] satisfies [string, string]]),
    ...(call
      ? [
          [
            '  Action group',
            `${clean(call.actionGroup)}, called at ${placeText(call)} [${clean(call.stepKey)}]`,
          ] satisfies [string, string],
        ]
      : []),
    ...(suite
      ? [['  Suite', `${clean(suite.name)}: a step of its before failed`] satisfies [string, string]]
      : []),
    ...(link ? [['  Source', link] satisfies [string, string]] : []),
  ];
}

const placeText = ({ file, line }: { file: string; line: number }) => `${clean(file)}:${line}`;

const rank = ({ failure }: TestResultView) => markOrder.indexOf(failure?.classification ?? null);

/** A name, quoted for a shell: names of tests need quotes only when they have blanks or other special characters. */
const shellWord = (text: string) =>
  /^[\w:.-]+$/.test(text) ? text : `'${clean(text).replaceAll("'", "'\\''")}'`;

function explain({ reason, failure, message }: TestResultView): Explanation {
  if (reason !== null && Object.hasOwn(faults, reason.code)) return faults[reason.code as FaultCode];
  if (message?.startsWith(beforeFailedHeading)) return faults.SUITE_BEFORE_FAILED;
  const classification = failure?.classification;
  return (classification && explanations.get(classification)) ?? firstOutcome;
}
