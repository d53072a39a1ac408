import { Anchor } from '@mantine/core';
import { Link } from 'wouter';
import type { previewRuns } from '#src/operations/tests/tests.ts';
import type { OutputOf } from '../api/request.ts';
import { plural, shortCommit } from '../ui/format.ts';
import classes from './changes.module.css';
import { Reasons } from './reasons.tsx';

interface Props {
  changes: NonNullable<OutputOf<typeof previewRuns>['changes']>;
  /** Number of tests that would be executed. */
  tests: number;
  /** The commit of these tests. */
  commit: string;
  /** With whose image and modules a difference is shown. */
  environment: string | undefined;
}

/** More would make the page slow; a search is in the list of tests. */
const maxTests = 200;

/** Why the tests of a draft are among those that changed. */
export default function PreviewChanges({ changes, tests, commit, environment }: Props) {
  const { since, of, lost, otherFiles } = changes;
  const query = new URLSearchParams({ since: since.id, ref: commit, ...(environment && { environment }) });
  return (
    <section className={classes.preview} aria-label="Why these tests">
      <p>
        {tests} of {plural(of, 'test')} changed since <code title={since.id}>{shortCommit(since.id)}</code>{' '}
        {since.subject}
      </p>
      {changes.tests.length > 0 && (
        <details>
          <summary>Why these tests</summary>
          <ul className={classes.tests}>
            {changes.tests.slice(0, maxTests).map(({ test, reasons, more }) => (
              <li key={test}>
                <b>{test}</b>{' '}
                <Anchor component={Link} href={`/tests/${encodeURIComponent(test)}/steps?${query}`} inherit>
                  Changed steps
                </Anchor>
                <Reasons reasons={reasons} more={more} />
              </li>
            ))}
          </ul>
          {changes.tests.length > maxTests && <p>and {changes.tests.length - maxTests} more</p>}
        </details>
      )}
      {lost.length > 0 && (
        <details>
          <summary>{plural(lost.length, 'test')} gone</summary>
          <ul className={classes.reasons}>
            {lost.slice(0, maxTests).map(({ test, reason }) => (
              <li key={test}>
                <b>{test}</b>: {reason}
              </li>
            ))}
          </ul>
        </details>
      )}
      {otherFiles.count > 0 && (
        <p className={classes.place}>
          Not compared: {otherFiles.paths.join(', ')}
          {otherFiles.count > otherFiles.paths.length &&
            ` and ${otherFiles.count - otherFiles.paths.length} more`}
        </p>
      )}
    </section>
  );
}
