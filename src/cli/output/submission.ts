import { shortCommit } from '../../model/short-commit.ts';
import type { MatrixView } from '../../operations/submissions/matrix-view.ts';
import type { SubmissionView } from '../../operations/submissions/submission-view.ts';
import { ago, clean, colourOf, durationText, localTime, ownZone, plural, tally } from './format.ts';
import { printTestsByClass } from './submission-tests.ts';
import { printFields, printTable } from './table.ts';
import type { Output } from './terminal.ts';

/** Prints a submission: its verdict, its runs, the commits since its reference, and the tests of each class. */
export function printSubmission(
  output: Output,
  submission: SubmissionView,
  matrix: MatrixView,
  { all }: { all: boolean },
): void {
  printFields(output, headOf(output, submission, matrix));
  output.line();
  printRuns(output, submission);
  printCommits(output, submission);
  if (submission.classes === null) {
    output.line();
    output.line('Its results have not been compared with the history yet.');
  }
  printTestsByClass(output, submission, matrix, { all });
}

function headOf(
  output: Output,
  submission: SubmissionView,
  { tests }: MatrixView,
): [name: string, value: string][] {
  const { id, name, verdict, summary, requestedBy, createdAt, durationMs, reference, classes, counts } =
    submission;
  const fields: [string, string][] = [
    ['Submission', name === null ? String(id) : `${id}, ${clean(name)}`],
    ['Verdict', verdict === null ? 'unfinished' : colourOf(output.paint, verdict)],
    ['Selection', clean(summary)],
    [
      'Submitted',
      `${localTime(createdAt)} ${ownZone()} by ${clean(requestedBy)}, ${ago(createdAt)}${
        durationMs === null ? '' : `; took ${durationText(durationMs)}`
      }`,
    ],
    ['Tests', `${tests} on ${plural(submission.environments.length, 'environment')}: ${tally(counts)}`],
  ];
  const { commitLink } = submission;
  if (commitLink !== null) {
    const { project, sha, pullRequest, url, pullRequestUrl } = commitLink;
    fields.push(['Commit', url ?? `${sha} of ${project}`]);
    if (pullRequest !== null)
      fields.push(['Review', pullRequestUrl ?? `number ${pullRequest} of ${project}`]);
  }
  if (classes !== null) {
    fields.push([
      'Classes',
      `${classes.new} new, ${plural(classes.other, 'other failure')}, ${classes.fixed} fixed, ${classes.known} known, ${classes.flaky} flaky, ${classes.slower} slower than usual, ${classes.broken} broken`,
    ]);
  }
  fields.push([
    'Compared with',
    reference === null
      ? 'nothing: it is the first on these environments'
      : `submission ${reference.id} of ${localTime(reference.createdAt)}, ${reference.verdict ?? 'unfinished'}`,
  ]);
  return fields;
}

function printRuns(output: Output, { runs }: SubmissionView): void {
  const classColumn = (name: 'new' | 'fixed' | 'known' | 'flaky' | 'slower') => ({
    heading: name,
    text: ({ classes }: SubmissionView['runs'][number]) => (classes ? String(classes[name]) : '-'),
  });
  printTable(
    output,
    [
      { heading: 'Environment', text: ({ environment }) => environment, truncate: 'middle' },
      { heading: 'Run', text: ({ id }) => String(id) },
      {
        heading: 'Verdict',
        text: ({ verdict, state }) => verdict ?? state,
        colour: (text, { verdict, state }) => colourOf(output.paint, verdict ?? state, text),
      },
      { heading: 'Tests', text: ({ counts }) => tally(counts) },
      ...(['new', 'fixed', 'known', 'flaky', 'slower'] as const).map(classColumn),
      { heading: 'Took', text: ({ durationMs }) => (durationMs === null ? '-' : durationText(durationMs)) },
      { heading: 'Usually', text: ({ usualMs }) => (usualMs === null ? '-' : durationText(usualMs)) },
      {
        heading: 'Commit',
        text: ({ commit }) => (commit ? clean(`${shortCommit(commit.id)} ${commit.subject}`) : '-'),
        truncate: 'end',
      },
    ],
    runs,
  );
}

function printCommits(output: Output, { commits, reference }: SubmissionView): void {
  if (reference === null) return;
  output.line();
  if (commits === null) {
    output.line(`The commits since submission ${reference.id} are not available on this server.`);
    return;
  }
  if (commits.commits.length === 0) {
    output.line(`No commits since submission ${reference.id}.`);
    return;
  }
  output.line(`${plural(commits.commits.length, 'commit')} since submission ${reference.id}:`);
  for (const { id, subject, author, at } of commits.commits)
    output.line(`  ${shortCommit(id)}  ${clean(subject)} (${clean(author ?? '')}, ${localTime(at)})`);
  if (commits.more) output.line('  and earlier ones');
}
