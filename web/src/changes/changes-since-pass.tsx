import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { plural, shortCommit } from '../ui/format.ts';
import { QueryFallback } from '../ui/states.tsx';
import { changeAge } from './change-age.ts';
import classes from './changes.module.css';
import { type ChangesSincePass, changesQuery } from './queries.ts';
import { Reasons } from './reasons.tsx';
import { StepDifference } from './step-difference.tsx';

interface Props {
  run: number;
  test: string;
  suite: string | null;
  /** The key of the step that failed. */
  step: string | null;
}

/** What the commits since the last pass of a test changed in it. */
export default function ChangesSincePassed({ run, test, suite, step }: Props) {
  const { data, error, refetch } = useQuery(changesQuery(run, test, suite, step));
  if (!data) return <QueryFallback what="the changes of the test" readsTests query={{ error, refetch }} />;
  return (
    <div className={classes.changes}>
      <StepSentence step={data.step} />
      <SinceSentence {...data} />
      {data.changes && (
        <>
          <Reasons reasons={data.changes.reasons} more={data.changes.more} />
          <StepDifference parts={data.changes.parts} />
        </>
      )}
      <Commits commits={data.commits} more={data.moreCommits} />
    </div>
  );
}

/** Which commit changed the failed step last, or what it resolves to. */
function StepSentence({ step }: Pick<ChangesSincePass, 'step'>) {
  if (step === null) return null;
  const { place, lastChange } = step;
  if (lastChange === null) {
    return (
      <p>
        The failed step is at <Place {...place} />, whose history is not known.
      </p>
    );
  }
  const { id, subject, author, kind, name } = lastChange;
  return (
    <p>
      {kind === 'step' ? (
        <>
          The failed step, at <Place {...place} />, was last changed{' '}
        </>
      ) : (
        <>
          The failed step is at <Place {...place} />. The last change that affects it is in {words[kind]}{' '}
          <code>{name}</code> (<Place {...lastChange.place} />
          ),{' '}
        </>
      )}
      {changeAge(lastChange)}: <code title={id}>{shortCommit(id)}</code> {subject}{' '}
      <span className={classes.place}>{author}</span>
    </p>
  );
}

/** Where a commit changed what a step resolves to, when it is not the step itself. */
const words = {
  call: 'the call of',
  data: 'the data',
  element: 'the element',
  page: 'the page',
  metadata: 'the metadata of',
  helper: 'the helper',
};

function Place({ file, line }: { file: string; line: number }) {
  return (
    <code>
      {file}:{line}
    </code>
  );
}

function SinceSentence({ since, changes, step }: ChangesSincePass) {
  if (since === null) {
    return <p>The test has not passed here before with a known commit, so there is nothing to compare.</p>;
  }
  const run = (
    <>
      run{' '}
      <Anchor component={Link} href={`/runs/${since.run}`}>
        {since.run}
      </Anchor>
      , in which it passed last (<code title={since.commit.id}>{shortCommit(since.commit.id)}</code>)
    </>
  );
  if (changes?.state === 'same') {
    return <p>Its steps, data and suites are the same as in {run}: look at the shop, or at its data.</p>;
  }
  return (
    <p>
      {changes?.state === 'new' ? 'It is new' : 'It differs'} since {run}
      {step &&
        (step.changed ? '; the failed step itself changed' : '; the failed step itself did not change')}
      .
    </p>
  );
}

function Commits({ commits, more }: { commits: ChangesSincePass['commits']; more: boolean }) {
  if (commits === null || commits.length === 0) return null;
  return (
    <details>
      <summary>
        {plural(commits.length, 'commit')}
        {more && ' or more'} of the test module since then
      </summary>
      <ul className={classes.reasons}>
        {commits.map(({ id, subject, author }) => (
          <li key={id}>
            <code title={id}>{shortCommit(id)}</code> {subject}{' '}
            <span className={classes.place}>{author}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
