import { useQuery } from '@tanstack/react-query';
import { shortCommit } from '../ui/format.ts';
import { QueryFallback } from '../ui/states.tsx';
import classes from './changes.module.css';
import { type TestComparison, testChangesQuery } from './queries.ts';
import { Reasons } from './reasons.tsx';
import { StepDifference } from './step-difference.tsx';

const sentences = {
  same: 'Its steps, data and suites did not change',
  changed: 'It changed',
  new: 'It is new',
  removed: 'It was removed',
};

/** How a test differs between two commits: why, and which steps. */
export default function TestChanges({ comparison }: { comparison: TestComparison }) {
  const { data, error, refetch } = useQuery(testChangesQuery(comparison));
  if (!data) return <QueryFallback what="the changes of the test" readsTests query={{ error, refetch }} />;
  const { since, commit, state, reasons, more, parts } = data;
  return (
    <section className={classes.changes} aria-label="What changed">
      <p>
        {sentences[state]} between <code title={since.id}>{shortCommit(since.id)}</code> {since.subject} and{' '}
        <code title={commit.id}>{shortCommit(commit.id)}</code> {commit.subject}
      </p>
      <Reasons reasons={reasons} more={more} />
      <StepDifference parts={parts} />
    </section>
  );
}
