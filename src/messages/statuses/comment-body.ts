import { durationText } from '../../model/duration.ts';
import type { FailureFacts, RunFacts, SubmissionFacts } from '../../model/message-facts.ts';
import { shortCommit } from '../../model/short-commit.ts';
import { escapeHtml } from '../templates/escape.ts';
import { code, link } from './markup.ts';
import { type StatusState, statusState } from './status-words.ts';

/** Neither a name nor a message needs more to be recognised. */
const maxNameLength = 200;
const maxMessageLength = 300;

const signs: Record<StatusState, string> = {
  queued: '⏳',
  running: '⏳',
  passed: '✅',
  failed: '❌',
  broken: '⚠️',
  cancelled: '🚫',
};

interface Failure extends FailureFacts {
  environment: string;
}

/** A table; the rows that find no place in the text are counted below it. */
interface Table {
  title: string;
  /** Shown without a click. */
  open: boolean;
  headings: string[];
  rows: string[][];
  /** Rows that the facts have not. */
  more: number;
}

/**
 * The text of a comment or a check for a submission, in Markdown of both forges, in at most `maxBytes` bytes of UTF-8: the headline, new
 * failures in a table, then other failures and the runs, folded. `headline` is Markdown, escaped. `start` comes first, as it is.
 */
export function commentBody(
  { headline, facts }: { headline: string; facts: SubmissionFacts },
  { maxBytes, start = '' }: { maxBytes: number; start?: string },
): string {
  const [firstLine = ''] = headline.split(/[\r\n]/, 1);
  const head = `${start}### ${signs[statusState(facts)]} ${firstLine}\n\n${factsLine(facts)}\n`;
  let text = head;
  let left = maxBytes - Buffer.byteLength(head);
  for (const table of tablesOf(facts)) {
    const part = tableText(table, left);
    text += part;
    left -= Buffer.byteLength(part);
  }
  return text;
}

/** `Submission 57 · tests of c0ffee01 · 2 environments · 1 h 12 min` */
function factsLine({ submission }: SubmissionFacts): string {
  const { id, url, environments, durationMs, commit } = submission;
  const places =
    environments.length === 1
      ? code(environments[0] ?? '', maxNameLength)
      : `${environments.length} environments`;
  const parts = [
    link(url, `Submission ${id}`),
    ...(commit ? [`tests of ${code(shortCommit(commit.id), 20)}`] : []),
    places,
    ...(durationMs === null ? [] : [durationText(durationMs)]),
  ];
  return `<p>${parts.join(' · ')}</p>`;
}

function tablesOf({ runs }: SubmissionFacts): Table[] {
  const failures = runs.flatMap((run) =>
    run.failures.map((failure): Failure => ({ ...failure, environment: run.environment })),
  );
  const headings = ['Test', 'Environment', 'Message'];
  const group = (kind: string, isIn: (failure: Failure) => boolean, open = false): Table => {
    const rows = failures.filter(isIn).map(failureRow);
    const title = `${rows.length} ${kind} ${rows.length === 1 ? 'failure' : 'failures'}`;
    return { title, open, headings, rows, more: 0 };
  };
  const unlisted = runs.reduce((sum, { moreFailures }) => sum + moreFailures, 0);
  const ofClass =
    (name: FailureFacts['className']) =>
    ({ className, quarantined }: Failure) =>
      className === name && !quarantined;
  return [
    group('new', ofClass('new'), true),
    group('other', ofClass(null), true),
    group('known', ofClass('known')),
    group('flaky', ofClass('flaky')),
    group('quarantined', ({ quarantined }) => quarantined),
    {
      title: 'Failures that are not listed here',
      open: true,
      headings: [],
      rows: [],
      more: unlisted,
    },
    {
      title: runs.length === 1 ? '1 run' : `${runs.length} runs`,
      open: false,
      headings: ['Run', 'Environment', 'Verdict', 'Passed', 'Failed', 'Broken', 'Duration'],
      rows: runs.map(runRow),
      more: 0,
    },
  ].filter(({ rows, more }) => rows.length > 0 || more > 0);
}

const failureRow = ({ test, suite, url, environment, message }: Failure) => [
  link(url, code(suite === null ? test : `${suite}:${test}`, maxNameLength)),
  code(environment, maxNameLength),
  code(message, maxMessageLength),
];

const runRow = ({ id, url, environment, state, verdict, reason, counts, durationMs }: RunFacts) => [
  link(url, String(id)),
  code(environment, maxNameLength),
  reason === null
    ? escapeHtml(verdict ?? state)
    : `${verdict ?? state}: ${code(reason.message, maxMessageLength)}`,
  String(counts.passed),
  String(counts.failed),
  String(counts.broken),
  durationMs === null ? '' : durationText(durationMs),
];

/** The table with as many rows as have a place in `maxBytes`; empty when not even its frame has. */
function tableText({ title, open, headings, rows, more }: Table, maxBytes: number): string {
  const heading = `<tr>${headings.map((each) => `<th>${each}</th>`).join('')}</tr>\n`;
  const [before, after] = open
    ? [`\n<p><b>${title}</b></p>\n`, '\n']
    : [`\n<details>\n<summary>${title}</summary>\n`, '\n</details>\n'];
  const lines = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>\n`);
  const note = (count: number) => (count > 0 ? `<p>${count} more</p>\n` : '');
  const size = (text: string) => Buffer.byteLength(text);
  let left = maxBytes - size(`${before}<table>\n${heading}</table>\n${note(lines.length + more)}${after}`);
  if (left < 0) return '';
  let kept = 0;
  for (const line of lines) {
    left -= size(line);
    if (left < 0) break;
    kept += 1;
  }
  const table = kept === 0 ? '' : `<table>\n${heading}${lines.slice(0, kept).join('')}</table>\n`;
  return `${before}${table}${note(lines.length - kept + more)}${after}`;
}
