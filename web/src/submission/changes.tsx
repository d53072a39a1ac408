import type { SubmissionSummary } from '#src/operations/submissions/submission-view.ts';
import { StateSign } from './matrix/state-sign.tsx';
import classes from './submission.module.css';
import { sentenceOf } from './verdict-sentence.ts';

/** What changed in a submission, with signs: for lists. */
export function Changes({
  submission,
}: {
  submission: Pick<SubmissionSummary, 'verdict' | 'classes' | 'counts'>;
}) {
  return (
    <span className={classes.changes}>
      {sentenceOf(submission).map(({ text, only }) => (
        <span key={text}>
          {only && <StateSign state={only} />} {text}
        </span>
      ))}
    </span>
  );
}
