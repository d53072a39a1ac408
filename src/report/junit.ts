import type { CauseNote } from '../model/cause-note.ts';
import { headlineOf } from '../model/failure-headline.ts';
import { groupBy } from '../model/group-by.ts';
import type { AppliedQuarantine } from '../model/quarantine.ts';
import type { Result } from '../model/result.ts';
import { describeSelection } from '../model/selection.ts';
import { innermostPlace } from '../model/source-link/innermost-place.ts';
import { keyOf, type ReportedRun, unrecorded } from './reported-run.ts';
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
 * The JUnit report of any number of runs for CI systems, with a test suite for each run. Failed tests are failures; broken
 * tests and planned ones without a result are errors. A run without a trustworthy verdict never looks green: if none of its
 * tests has an error, the run gets one. A test that passed after a failure in the same run has no failure but a `flakyFailure`; earlier
 * attempts of one that failed again are `rerunFailure`, as Maven Surefire writes them.
 */
export function junitReport(runs: ReportedRun[], dialect: JunitDialect = 'common'): string {
  return [...junitPieces(runs, dialect)].join('');
}

/** The same as pieces of text, for `mapInTurns`: 10,000 failures take 0.3 to 1.5 s, by the length of their messages (measured). */
export function* junitPieces(
  runs: readonly ReportedRun[],
  dialect: JunitDialect = 'common',
): Generator<string> {
  const suites: { reported: ReportedRun; cases: Case[] }[] = [];
  for (const reported of runs) {
    const cases = casesOf(reported);
    suites.push({
      reported,
      cases: dialect === 'xunit' ? cases.map((one) => ({ ...one, place: undefined })) : cases,
    });
    yield '';
  }
  const { skipped: _skipped, ...counts } = count(suites.flatMap(({ cases }) => cases));
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${attributes({ name: 'matre', ...counts })}>\n`;
  for (const { reported, cases } of suites) yield* suiteXml(reported, cases);
  yield '</testsuites>\n';
}

function casesOf(reported: ReportedRun): Case[] {
  const { run, results, plan, notes } = reported;
  const quarantines = new Map(plan?.map((planned) => [keyOf(planned), planned.quarantine]));
  const earlier = groupBy(reported.earlier ?? [], keyOf);
  const cases = [
    ...results.map((result) => {
      const key = keyOf(result);
      return {
        ...caseOf(result, { quarantine: quarantines.get(key), earlier: earlier.get(key) ?? [] }),
        place: placeOf(result, run),
        note: result.cause === undefined ? undefined : notes?.get(result.cause),
      };
    }),
    ...unrecorded(reported).map((planned): Case => {
      const detail = run.reason ? `: ${run.reason.message}` : '.';
      const message = `The test was planned but has no result${detail}`;
      return {
        ...planned,
        seconds: 0,
        verdict: 'error',
        type: run.reason?.code ?? 'RESULT_MISSING',
        message,
      };
    }),
  ];
  const isComplete = plan !== undefined || results.length >= run.counts.planned;
  const isTrustworthy = isComplete && (run.verdict === 'passed' || run.verdict === 'failed');
  if (!isTrustworthy && cases.every(({ verdict }) => verdict !== 'error')) cases.push(errorOf(reported));
  return cases;
}

/** Of a failure; GitLab and the reporters of GitHub show it beside the line, so it is one in the repository of a pipeline if there is any. */
function placeOf({ place }: Result, { modules }: ReportedRun['run']): Case['place'] {
  if (place === undefined) return undefined;
  const { file, line, module } = innermostPlace(place, modules ?? []);
  return { file: module?.path ?? file, line };
}

/**
 * A failure that a quarantine covers is skipped, because CI systems fail a build for any failure; its message says why, and the
 * failure itself is in the output of the test.
 */
function caseOf(
  { test, suite, status, message, reason, durationMs }: Result,
  { quarantine, earlier }: { quarantine: AppliedQuarantine | undefined; earlier: readonly Result[] },
): Case {
  const seconds = durationMs / 1000;
  if (status === 'failed' && quarantine) {
    const until = quarantine.endsAt.toISOString().slice(0, 10);
    const why = `Quarantined until ${until} by ${quarantine.owner}: ${quarantine.reason}`;
    return { test, suite, seconds, verdict: 'skipped', message: why, covered: message };
  }
  const reruns = rerunsOf(status, earlier);
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
function errorOf({ run, results }: ReportedRun): Case {
  const missing = run.counts.planned - results.length;
  const message =
    run.reason?.message ??
    (run.state !== 'finished'
      ? `The run is not finished (${run.state}).`
      : run.verdict === 'cancelled'
        ? 'The run was cancelled.'
        : `${missing} of ${run.counts.planned} planned tests have no result.`);
  const type = run.reason?.code ?? run.verdict ?? run.state;
  return { test: `run ${run.id}`, suite: undefined, seconds: 0, verdict: 'error', type, message };
}

function* suiteXml({ run }: ReportedRun, cases: Case[]): Generator<string> {
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
    ...count(cases),
    // The schema requires a time without fractions and zone.
    timestamp: run.startedAt?.toISOString().slice(0, 19),
  });
  yield `  <testsuite${head}>\n    <properties>\n${properties}    </properties>\n`;
  for (const one of cases) yield caseXml(one, run.environmentCode);
  yield '  </testsuite>\n';
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

function count(cases: Case[]) {
  const of = (verdict: Verdict) => cases.filter((one) => one.verdict === verdict).length;
  return {
    tests: cases.length,
    failures: of('failure'),
    errors: of('error'),
    skipped: of('skipped'),
    time: cases.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(3),
  };
}
