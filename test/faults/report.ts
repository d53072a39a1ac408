import type { Evidence } from './evidence.ts';
import { breakagesOfStalls } from './explanation.ts';
import { shakyTest } from './module.ts';
import { type Row, tabulate } from './recovery.ts';
import { describeReservations } from './reservations.ts';
import type { Verdict } from './round.ts';

/** The final report: the table, the excluded kinds, the violations, and a last line for programs. */
export function report({ evidence, violations, excludedKinds }: Verdict): string {
  const { runs, attempts, lifetimes, injections } = evidence;
  const rows = tabulate(evidence);
  const verdicts = ['passed', 'broken', 'failed', 'cancelled'].map(
    (verdict) => `${verdict} ${runs.filter((run) => run.verdict === verdict).length}`,
  );
  const count = (kind: string) => violations.filter((violation) => violation.kind === kind).length;
  const broken = runs.filter(({ verdict }) => verdict === 'broken').length;
  const worst = Math.max(0, ...rows.map(({ worstS }) => worstS ?? 0)).toFixed(1);
  return [
    printTable(rows),
    '',
    ...excludedKinds.map(({ kind, reason }) => `left out: ${kind} (${reason})`),
    ...brokenRuns(evidence),
    `${runs.length} runs in ${attempts.length} attempts: ${verdicts.join(', ')}; ${lifetimes.length} processes judged`,
    ...describeRetries(evidence),
    ...describeHooks(evidence),
    ...describeReservations(evidence),
    ...describeStalls(evidence),
    ...violations.map(({ kind, message }) => `VIOLATION ${kind}: ${message}`),
    `injected=${injections.length} kinds=${rows.length} lost=${count('lost')} overlaps=${count('overlap')} ` +
      `doubled=${count('doubled')} inside=${count('reserved')} broken=${broken} unexplained=${count('unexplained')} worst_recovery_s=${worst}`,
  ].join('\n');
}

/** The retries in the same run, if there were any. */
function describeRetries({ retries, runs, attempts, results }: Evidence): string[] {
  if (retries.length === 0) return [];
  const retried = new Set(retries.map(({ runId }) => runId));
  const automatic = attempts.filter(
    ({ runId, attempt, outcome }) =>
      outcome === 'finished' &&
      !retries.some((retry) => retry.runId === runId && retry.after === attempt) &&
      attempts.some((later) => later.runId === runId && later.attempt === attempt + 1),
  ).length;
  const flaky = runs.filter(({ id }) => {
    const own = results.filter(({ runId, test }) => runId === id && test === shakyTest);
    return own.some(({ status }) => status === 'failed') && own.at(-1)?.status === 'passed';
  }).length;
  return [
    `${retries.length} retries by users of ${retried.size} runs, ${automatic} automatic; a test was flaky in ${flaky} runs`,
  ];
}

/** The hooks of runs, if they had some. */
function describeHooks({ hooks, lifetimes }: Evidence): string[] {
  if (hooks.length === 0) return [];
  const count = (state: string) => hooks.filter((hook) => hook.state === state).length;
  const executed = lifetimes.filter(({ hook }) => hook !== undefined).length;
  const repeated = hooks.filter(({ starts }) => starts > 1).length;
  return [
    `${hooks.length} hooks: passed ${count('passed')}, failed ${count('failed')}, interrupted ${count('interrupted')}, ` +
      `not reached ${count('waiting')}; ${executed} executions judged, ${repeated} hooks were repeated`,
  ];
}

/** How busy the machine was: if it was, the round proves less. */
function describeStalls(evidence: Evidence): string[] {
  const { stalls } = evidence;
  if (stalls.length === 0) return [];
  const seconds = stalls.reduce((sum, { from, to }) => sum + (to - from) / 1000, 0).toFixed(0);
  const only = breakagesOfStalls(evidence);
  return [`the machine was too busy for ${seconds} s in all; breakages that only this explains: ${only}`];
}

/** The reasons of broken runs, with their numbers. */
function brokenRuns({ runs }: Verdict['evidence']): string[] {
  const reasons = new Map<string, number>();
  for (const { verdict, reason } of runs) {
    if (verdict !== 'broken') continue;
    const name = reason ?? 'only some of its tests';
    reasons.set(name, (reasons.get(name) ?? 0) + 1);
  }
  return [...reasons].sort().map(([reason, times]) => `broken: ${reason} (${times})`);
}

function printTable(rows: Row[]): string {
  const seconds = (value: number | undefined) => (value === undefined ? '-' : value.toFixed(1));
  const head = ['fault', 'injected', 'runs hit', 'measured', 'median s', 'worst s'];
  const lines = rows.map((row) => [
    row.kind,
    String(row.injected),
    String(row.affected),
    String(row.measured),
    seconds(row.medianS),
    seconds(row.worstS),
  ]);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)),
  );
  return [head, ...lines]
    .map((line) =>
      line
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  '),
    )
    .join('\n');
}
