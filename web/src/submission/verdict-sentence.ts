import type { SubmissionSummary } from '#src/operations/submissions/submission-view.ts';
import { plural } from '../ui/format.ts';
import type { ClassFilter } from './matrix/result-state.ts';

/** A part of the sentence of a submission: `3 new failures`. A class leads to its tests. */
export interface SentencePart {
  text: string;
  only?: ClassFilter;
}

type ClassCounts = NonNullable<SubmissionSummary['classes']>;

const classTexts: [keyof ClassCounts, (count: number) => string][] = [
  ['new', (count) => plural(count, 'new failure')],
  ['other', (count) => plural(count, 'other failure')],
  ['broken', (count) => `${count.toLocaleString()} broken`],
  ['fixed', (count) => `${count.toLocaleString()} fixed`],
  ['known', (count) => `${count.toLocaleString()} known`],
  ['flaky', (count) => `${count.toLocaleString()} flaky`],
  ['slower', (count) => `${count.toLocaleString()} slower`],
];

interface Summary extends Pick<SubmissionSummary, 'verdict' | 'classes' | 'counts'> {
  /** Names the environments that are broken. */
  runs?: readonly { environment: string; verdict: SubmissionSummary['verdict'] }[];
}

/** More names are no sentence. */
const maxNames = 2;

/** What a submission says, what changed first. Before its results are compared, it counts the results. */
export function sentenceOf({ verdict, classes, counts, runs = [] }: Summary): SentencePart[] {
  const done = counts.passed + counts.failed + counts.broken + counts.skipped;
  const failures = [
    ...(counts.failed > 0 ? [{ text: `${counts.failed.toLocaleString()} failed` }] : []),
    ...(counts.broken > 0 ? [{ text: `${counts.broken.toLocaleString()} broken` }] : []),
  ];
  if (verdict === null) {
    const text = `${done.toLocaleString()} of ${counts.planned.toLocaleString()} results`;
    return counts.planned === 0 ? [{ text: 'not started yet' }] : [{ text }, ...failures];
  }
  if (classes === null) return failures.length > 0 ? failures : [{ text: resultsText(verdict, done) }];
  const parts = classTexts.flatMap(([only, textOf]): SentencePart[] =>
    classes[only] === 0
      ? []
      : [{ text: `${textOf(classes[only])}${only === 'broken' ? brokenPlace(runs) : ''}`, only }],
  );
  if (parts.length === 0) return failures.length > 0 ? failures : [{ text: resultsText(verdict, done) }];
  return parts;
}

/** ` (stage-es)`: an environment that is broken as a whole is one thing, however many tests it has. */
function brokenPlace(runs: NonNullable<Summary['runs']>): string {
  const broken = [...new Set(runs.flatMap((run) => (run.verdict === 'broken' ? [run.environment] : [])))];
  return broken.length > 0 && broken.length <= maxNames ? ` (${broken.join(', ')})` : '';
}

function resultsText(verdict: NonNullable<Summary['verdict']>, done: number): string {
  if (verdict === 'cancelled') return 'cancelled';
  if (done === 0) return 'no test was executed';
  return verdict === 'passed' ? 'everything passed' : 'no test failed';
}

/** The name of a submission: that of its schedule or saved selection, else its selection in a few words. */
export const nameOf = ({ name, summary }: Pick<SubmissionSummary, 'name' | 'summary'>) => name ?? summary;

const dayFormat = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' });
const timeFormat = new Intl.DateTimeFormat(undefined, {
  ...{ weekday: 'short', day: 'numeric', month: 'short' },
  ...{ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
});

/** `Sat 28 Nov`, in the order of the locale */
export const submissionDay = (at: string) => dayFormat.format(new Date(at));
/** `Sat 28 Nov, 02:00` */
export const submissionTime = (at: string) => timeFormat.format(new Date(at));
