import { Anchor, Button, Checkbox } from '@mantine/core';
import { Link } from 'wouter';
import { comparePage } from '../compare/queries.ts';
import classes from './runs.module.css';

/** The ids of the runs that are compared, the one that was chosen first first; at most two. */
export type ComparedIds = readonly number[];

/** Adds a run, in the place of the one that was chosen first when there are two; or removes it. */
export const toggleCompared = (ids: ComparedIds, id: number): ComparedIds =>
  ids.includes(id) ? ids.filter((each) => each !== id) : [...ids, id].slice(-2);

interface ChoiceProps {
  id: number;
  chosen: ComparedIds;
  onChange: (ids: ComparedIds) => void;
}

export function CompareChoice({ id, chosen, onChange }: ChoiceProps) {
  return (
    <Checkbox
      size="xs"
      label="Compare"
      aria-label={`Compare run ${id}`}
      checked={chosen.includes(id)}
      onChange={() => onChange(toggleCompared(chosen, id))}
    />
  );
}

/** What is chosen, and the way to the comparison, the older run first. */
export function CompareBar({ chosen, onChange }: Omit<ChoiceProps, 'id'>) {
  const [older, newer] = chosen.toSorted((one, other) => one - other);
  if (older === undefined) return null;
  return (
    <p className={classes.compare} role="status">
      {newer === undefined ? (
        <>Run #{older} is chosen. Choose another one to compare it with.</>
      ) : (
        <Button component={Link} href={comparePage(`run:${older}`, `run:${newer}`)} size="compact-sm">
          Compare #{older} with #{newer}
        </Button>
      )}
      <Anchor component="button" type="button" onClick={() => onChange([])}>
        Clear
      </Anchor>
    </p>
  );
}
