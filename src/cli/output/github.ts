import { z } from 'zod';
import type { LintFinding, LintLevel } from '../../model/lint.ts';

/** The part of the output of `run --watch --json` and `watch --json` that annotations use. */
export const finishedRuns = z.object({
  exitCode: z.number().int(),
  runs: z.array(
    z.object({
      id: z.number().int(),
      environment: z.string(),
      verdict: z.enum(['passed', 'failed', 'broken', 'cancelled']).nullable(),
      reason: z.object({ code: z.string(), message: z.string() }).nullable(),
      counts: z.object({
        planned: z.number(),
        passed: z.number(),
        failed: z.number(),
        broken: z.number(),
        skipped: z.number(),
      }),
    }),
  ),
  failures: z
    .array(
      z.object({
        run: z.number().int(),
        environment: z.string(),
        test: z.string(),
        suite: z.string().nullable(),
        status: z.string(),
        classification: z.string().nullable(),
        quarantined: z.boolean().default(false),
        message: z.string().nullable(),
        file: z.string().nullable(),
        page: z.string().nullable(),
      }),
    )
    .default([]),
});
export type FinishedRuns = z.output<typeof finishedRuns>;

/** GitHub shows ten errors of a step; the summary has more. */
const maxAnnotations = 10;
const maxSummaryRows = 200;
/** A summary may have 1 MiB. */
const maxMessageLength = 500;

/**
 * The workflow commands that show errors: one for each run without a trustworthy verdict, and one for each failed test, up to ten.
 * `strip` is a folder that is removed from the paths of files: that of the test module in Magento.
 */
export function annotationsOf(
  { runs, failures }: FinishedRuns,
  { strip }: { strip?: string | undefined } = {},
): string[] {
  const withFailures = new Set(failures.map(({ run }) => run));
  const ofRuns = runs
    .filter(({ id, verdict }) => verdict !== 'passed' && !(verdict === 'failed' && withFailures.has(id)))
    .map(({ id, environment, verdict, reason, counts }) =>
      command(
        'error',
        { title: `Run ${id} on ${environment}: ${verdict}` },
        reason?.message ??
          `${counts.failed} of ${counts.planned} tests failed, ${counts.broken} were broken.`,
      ),
    );
  // Those that decide nothing come last, and are warnings.
  const ordered = failures.toSorted((one, other) => Number(one.quarantined) - Number(other.quarantined));
  const failed = ordered.map(({ environment, test, status, quarantined, message, file, page }) =>
    command(
      quarantined ? 'warning' : 'error',
      {
        ...(file !== null && placeOf(file, strip)),
        title: `${test} ${quarantined ? `${status}, quarantined,` : status} on ${environment}`,
      },
      [message ?? status, ...(page === null ? [] : [page])].join('\n'),
    ),
  );
  return [...ofRuns, ...failed].slice(0, maxAnnotations);
}

const commandOfLevel = { error: 'error', warning: 'warning', note: 'notice' } as const satisfies Record<
  LintLevel,
  string
>;

/** The workflow command that shows a finding of `matre lint` at its line. */
export function lintAnnotation({ code, level, path, line, message }: LintFinding): string {
  return command(commandOfLevel[level], { file: path, line: String(line), title: code }, message);
}

/** Values that end a command or begin another are escaped as GitHub's own toolkit does it. */
function command(
  name: 'error' | 'warning' | 'notice',
  properties: Record<string, string>,
  message: string,
): string {
  const list = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(value)}`);
  return `::${name} ${list.join(',')}::${escapeData(message)}`;
}

const escapeData = (text: string) =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const escapeProperty = (text: string) => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/** The path and the line of `path:line`; the line is left out where there is none. */
function placeOf(file: string, folder: string | undefined): Record<string, string> {
  const [, path = file, line] = /^(.+):(\d+)$/s.exec(file) ?? [];
  return { file: withoutFolder(path, folder), ...(line !== undefined && { line }) };
}

function withoutFolder(path: string, folder: string | undefined): string {
  const prefix = folder?.replace(/\/*$/, '/');
  return prefix !== undefined && path.startsWith(prefix) ? path.slice(prefix.length) : path;
}

/** A summary of the runs and their failures, in Markdown. */
export function summaryOf({ runs, failures }: FinishedRuns): string {
  const runRows = runs.map(({ id, environment, verdict, reason, counts }) => {
    const { planned, passed, failed, broken, skipped } = counts;
    return [id, environment, verdict ?? '', planned, passed, failed, broken, skipped, reason?.message ?? ''];
  });
  const failureRows = failures
    .slice(0, maxSummaryRows)
    .map(({ environment, test, status, classification, quarantined, message, page }) => [
      page === null ? inCell(test) : `[${inCell(test)}](${linkTarget(page)})`,
      inCell(environment),
      inCell([status, classification ?? [], quarantined ? 'quarantined' : []].flat().join(', ')),
      inCell(message ?? ''),
    ]);
  const left = failures.length - failureRows.length;
  return [
    '## matre\n',
    table(
      ['Run', 'Environment', 'Verdict', 'Tests', 'Passed', 'Failed', 'Broken', 'Skipped', 'Reason'],
      runRows.map((row) => row.map((cell) => inCell(String(cell)))),
    ),
    ...(failureRows.length > 0 ? ['', table(['Test', 'Environment', 'Status', 'Message'], failureRows)] : []),
    ...(left > 0 ? [`\nand ${left} more`] : []),
    '',
  ].join('\n');
}

function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Text that is neither Markdown nor HTML, on one line: all ASCII punctuation is escaped, except `<` and `&`, which are entities. */
function inCell(text: string): string {
  return text
    .slice(0, maxMessageLength)
    .replaceAll(/[\s\0-\x1f\x7f-\x9f]+/g, ' ')
    .replaceAll(/[!-/:-@[-`{-~]/g, (one) => (one === '<' ? '&lt;' : one === '&' ? '&amp;' : `\\${one}`));
}

/** The target of a link, in which no character ends it. The buffer replaces half characters, which cannot be encoded. */
const linkTarget = (address: string) =>
  Buffer.from(address)
    .toString()
    .replaceAll(/[^\w:/?#&=%.~+-]/gu, (one) =>
      /[!'()*]/.test(one) ? percent(one) : encodeURIComponent(one),
    );

const percent = (one: string) => `%${one.charCodeAt(0).toString(16)}`;

/** Outputs of the step: `verdict` and `exit-code`. */
export function outputsOf({ exitCode }: FinishedRuns): string {
  const verdict = exitCode === 0 ? 'passed' : exitCode === 1 ? 'failed' : 'broken';
  return `verdict=${verdict}\nexit-code=${exitCode}\n`;
}
