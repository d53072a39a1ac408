import type { SubmissionView } from '#src/operations/submissions/submission-view.ts';
import { plural, shortCommit } from '../ui/format.ts';
import { Time } from '../ui/time.tsx';
import classes from './submission.module.css';

/** Fewer commits need no click. */
const maxOpenCommits = 5;

/** The commits of the test module since the reference, the newest first. */
export function SubmissionCommits({ submission: { commits } }: { submission: SubmissionView }) {
  if (commits === null || commits.to === null) return null;
  const { from, to, commits: list, more } = commits;
  if (list.length === 0) {
    return (
      <p className={classes.commits}>
        <b>Commits</b>{' '}
        <span className={classes.dim}>
          {from === to ? 'none since then: both at ' : `the commits before are not available: at `}
          <code>{shortCommit(to)}</code>
        </span>
      </p>
    );
  }
  const authors = new Set(list.flatMap(({ author }) => author ?? []));
  return (
    <details className={classes.details} open={list.length <= maxOpenCommits}>
      <summary>
        <h2>{more ? `The newest ${plural(list.length, 'commit')}` : plural(list.length, 'commit')}</h2>
        <span className={classes.dim}>
          {authors.size > 0 && `by ${plural(authors.size, 'author')}, `}
          {from !== null && (
            <>
              <code>{shortCommit(from)}</code> to{' '}
            </>
          )}
          <code>{shortCommit(to)}</code>
        </span>
      </summary>
      <ol className={classes.commitList}>
        {list.map(({ id, subject, author, at }) => (
          <li key={id}>
            <code title={id}>{shortCommit(id)}</code> <span>{subject}</span>{' '}
            <span className={classes.dim}>
              {author !== undefined && `${author}, `}
              <Time at={at} />
            </span>
          </li>
        ))}
      </ol>
    </details>
  );
}
