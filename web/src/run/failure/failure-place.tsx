import { Anchor } from '@mantine/core';
import { Link } from 'wouter';
import type { RunView } from '#src/operations/core/views.ts';
import type { FailureView } from '#src/operations/results/results-view.ts';
import { SourceLink } from '../../ui/source-link.tsx';
import classes from './failure-place.module.css';

interface Props {
  test: string;
  place: NonNullable<FailureView['place']>;
  run: RunView;
}

/** Where a failure comes from: the line of the step, the call of its action group, and all steps of the test at the commit of the run. */
export function FailurePlace({ test, place: { step, suite, test: declaration }, run }: Props) {
  const query = new URLSearchParams({ environment: run.environment });
  // The copy of a local folder has no commit.
  if (/^[0-9a-f]{40,64}$/.test(run.commit?.id ?? '')) query.set('ref', run.commit?.id ?? '');
  return (
    <p className={classes.place}>
      {step ? (
        <>
          <SourceLink source={step} />
          {step.call && (
            <span>
              in {step.call.actionGroup}, called at <SourceLink source={step.call} />
            </span>
          )}
        </>
      ) : (
        <SourceLink source={suite ?? declaration} />
      )}
      {suite && <span>in the steps before the suite {suite.name}</span>}
      <Anchor component={Link} href={`/tests/${encodeURIComponent(test)}/steps?${query}`} inherit>
        All steps
      </Anchor>
    </p>
  );
}
