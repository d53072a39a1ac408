import { Anchor } from '@mantine/core';
import { Link } from 'wouter';
import type { CauseView } from '#src/operations/results/results-view.ts';
import classes from './same-cause.module.css';

/** Links to other runs with the same cause. */
export function SameCause({ runs }: { runs: CauseView['sameCauseAs'] }) {
  if (runs.length === 0) return null;
  return (
    <span className={classes.same}>
      same cause as{' '}
      {runs.map(({ id, environment }, index) => (
        <span key={id}>
          {index > 0 && ', '}
          <Anchor component={Link} href={`/runs/${id}`} title={`Run ${id} on ${environment}`}>
            #{id}
          </Anchor>
        </span>
      ))}
    </span>
  );
}
