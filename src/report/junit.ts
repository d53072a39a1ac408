import type { CauseNote } from '../model/cause-note.ts';
import { headlineOf } from '../model/failure-headline.ts';
import type { Result } from '../model/result.ts';
import type { Run } from '../model/run.ts';
import { describeSelection } from '../model/selection.ts';
import { innermostPlace } from '../model/source-link/innermost-place.ts';
import type { ReportedRun, ReportedTest } from './reported-run.ts';
import { attributes, escapeText } from './xml.ts';

type Verdict = 'passed' | 'failure' | 'error' | 'skipped';

export const junitDialects = ['common', 'xunit'] as const;

/**
 * `common` has `file` and `line`, which GitLab and the reporters of GitHub show, and which the JUnit plugin of Jenkins ignores. `xunit` is
 * without them, because the xUnit plugin of Jenkins refuses a file with an attribute that its schema, junit-10.xsd, does not have.
 */
export type JunitDialect = (typeof junitDialects)[number];

interface Case {
  test: string;
  suite: string | undefined;
  seconds: number;
  verdict: Verdict;
  /** Where its failure comes from: a path in the repository of the test module, else below the root of Magento. */
  place?: { file: string; line: number } | undefined;
  /** The kind of a failure or an error. */
  type?: string | undefined;
  message?: string | undefined;
  /** The failure that a quarantine covers. */
  covered?: string | undefined;
  /** What users know about its cause. */
  note?: CauseNote | undefined;
  /** Earlier attempts, as Maven Surefire writes them. */
  reruns?: { element: string; type: string; message: string }[] | undefined;
}

/**
 * The JUnit report of any number of runs for CI systems, as pieces of text, with a test suite for each run. Failed tests are failures;
 * broken tests and planned ones without a result are errors. A run without a trustworthy verdict never looks green: if none of its
 * tests has an error, the run gets one. A test that passed after a failure in the same run has no failure but a `flakyFailure`; earlier
 * attempts of one that failed again are `rerunFailure`, as Maven Surefire writes them.
 */
export async function* junitPieces(
  runs: readonly ReportedRun[],
  dialect: JunitDialect = 'common',
): AsyncGenerator<string> {
  yield headOf(runs);
  for (const reported of runs) {
    const { run } = reported;
    yield suiteHead(reported);
    for await (const test of reported.tests()) {
      const { place, ...rest } = caseOf(test, run);
      yield caseXml({ ...rest, ...(dialect === 'common' && { place }) }, run.environmentCode);
    }
    if (hasOwnError(reported)) yield caseXml(errorOf(reported), run.environmentCode);
    yield '  </testsuite>\n';
  }
  yield tail;
}

const tail = '</testsuites>\n';

function headOf(runs: readonly ReportedRun[]): string {
  const { skipped: _skipped, ...counts } = count(runs);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${attributes({ name: 'matre', ...counts })}>\n`;
}

/** The report of no runs. */
export const emptyJunit = headOf([]) + tail;

/** Whether the run itself is an error, because it has no trustworthy verdict and no test says so. */
function hasOwnError({ run, counts }: ReportedRun): boolean {
  const isTrustworthy = run.verdict === 'passed' || run.verdict === 'failed';
  return !isTrustworthy && counts.broken + counts.missing === 0;
}

function count(runs: readonly ReportedRun[]) {
  const sum = (of: (reported: ReportedRun) => number) => runs.reduce((total, each) => total + of(each), 0);
  const errors = sum((each) => each.counts.broken + each.counts.missing + Number(hasOwnError(each)));
  const failures = sum(({ counts }) => counts.failed);
  const skipped = sum(({ counts }) => counts.skipped + counts.covered);
  return {
    tests: errors + failures + skipped + sum(({ counts }) => counts.passed),
    failures,
    errors,
    skipped,
    time: (sum(({ durationMs }) => durationMs) / 1000).toFixed(3),
  };
}

function caseOf(reported: ReportedTest, run: Run): Case {
  const { test, suite, results, note } = reported;
  const last = results.at(-1);
  if (last !== undefined) return { ...resultCase(reported, last), place: placeOf(last, run), note };
  const detail = run.reason ? `: ${run.reason.message}` : '.';
  const message = `The test was planned but has no result${detail}`;
  return { test, suite, seconds: 0, verdict: 'error', type: run.reason?.code ?? 'RESULT_MISSING', message };
}

/** Of a failure; GitLab and the reporters of GitHub show it beside the line, so it is one in the repository of a pipeline if there is any. */
function placeOf({ place }: Result, { modules }: Run): Case['place'] {
  if (place === undefined) return undefined;
  const { file, line, module } = innermostPlace(place, modules ?? []);
  return { file: module?.path ?? file, line };
}

/**
 * A failure that a quarantine covers is skipped, because CI systems fail a build for any failure; its message says why, and the
 * failure itself is in the output of the test.
 */
function resultCase({ test, suite, results, quarantine }: ReportedTest, last: Result): Case {
  const { status, message, reason, durationMs } = last;
  const seconds = durationMs / 1000;
  if (status === 'failed' && quarantine) {
    const until = quarantine.endsAt.toISOString().slice(0, 10);
    const why = `Quarantined until ${until} by ${quarantine.owner}: ${quarantine.reason}`;
    return { test, suite, seconds, verdict: 'skipped', message: why, covered: message };
  }
  const reruns = rerunsOf(status, results.slice(0, -1));
  if (status === 'passed') return { test, suite, seconds, verdict: 'passed', reruns };
  const verdict = status === 'failed' ? 'failure' : status === 'skipped' ? 'skipped' : 'error';
  const type = reason?.code ?? status;
  return { test, suite, seconds, verdict, type, message: message ?? reason?.message, reruns };
}

/** A test that was broken and then passed is not flaky: the infrastructure failed, so that attempt is left out. */
function rerunsOf(status: Result['status'], earlier: readonly Result[]): Case['reruns'] {
  return earlier.flatMap((result) => {
    const detail = {
      type: result.reason?.code ?? result.status,
      message: result.message ?? result.reason?.message ?? '',
    };
    if (result.status === 'failed') {
      return [{ element: status === 'passed' ? 'flakyFailure' : 'rerunFailure', ...detail }];
    }
    return result.status === 'broken' && status !== 'passed' ? [{ element: 'rerunError', ...detail }] : [];
  });
}

/** An error of the run as a whole: why it has no trustworthy verdict. */
function errorOf({ run }: ReportedRun): Case {
  const message =
    run.reason?.message ??
    (run.state !== 'finished'
      ? `The run is not finished (${run.state}).`
      : run.verdict === 'cancelled'
        ? 'The run was cancelled.'
        : 'The run is broken.');
  const type = run.reason?.code ?? run.verdict ?? run.state;
  return { test: `run ${run.id}`, suite: undefined, seconds: 0, verdict: 'error', type, message };
}

function suiteHead(reported: ReportedRun): string {
  const { run } = reported;
  const properties = Object.entries({
    run: String(run.id),
    environment: run.environmentCode,
    verdict: run.verdict ?? run.state,
    selection: describeSelection(run.selection),
    commit: run.commit?.id,
    'commit.subject': run.commit?.subject,
    'requested.by': run.requestedBy,
    attempt: String(run.attempt),
  })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `      <property${attributes({ name, value })}/>\n`)
    .join('');
  const head = attributes({
    name: run.environmentCode,
    ...count([reported]),
    // The schema requires a time without fractions and zone.
    timestamp: run.startedAt?.toISOString().slice(0, 19),
  });
  return `  <testsuite${head}>\n    <properties>\n${properties}    </properties>\n`;
}

function caseXml(
  { test, suite, seconds, verdict, place, type, message, covered, note, reruns = [] }: Case,
  environment: string,
): string {
  const head = attributes({
    name: test,
    classname: `${environment}.${suite ?? 'default'}`,
    time: seconds.toFixed(3),
    ...(place && { file: place.file, line: String(place.line) }),
  });
  if (verdict === 'passed' && reruns.length === 0) return `    <testcase${head}/>\n`;
  const headline = headlineOf(message ?? '');
  const own =
    verdict === 'passed'
      ? []
      : verdict === 'skipped'
        ? [`<skipped${attributes({ message: message || undefined })}/>`]
        : [`<${verdict}${attributes({ type, message: headline })}>${escapeText(message ?? '')}</${verdict}>`];
  const output = [covered, note && describeNote(note)].filter(Boolean).join('\n\n');
  const printed = output ? [`<system-out>${escapeText(output)}</system-out>`] : [];
  const inner = [...own, ...reruns.map(rerunXml), ...printed].map((element) => `      ${element}\n`).join('');
  return `    <testcase${head}>\n${inner}    </testcase>\n`;
}

function rerunXml({ element, type, message }: NonNullable<Case['reruns']>[number]): string {
  const head = attributes({ type, message: headlineOf(message) });
  return `<${element}${head}><stackTrace>${escapeText(message)}</stackTrace></${element}>`;
}

/** `Known cause (product, ann): since the coupon rework, https://tracker.example.com/SHOP-123` */
function describeNote({ kind, owner, note, link }: CauseNote): string {
  const details = [note, link].filter((each) => each !== undefined).join(', ');
  return `Known cause (${[kind, owner].filter(Boolean).join(', ')})${details === '' ? '' : `: ${details}`}`;
}
