import { Select } from '@mantine/core';
import { maxPriority } from '../../selection/draft.ts';
import { WholeNumber } from '../../ui/whole-number.tsx';
import classes from '../schedules.module.css';
import type { ScheduleDraft } from './draft.ts';

const overlaps = [
  { value: 'skip', label: 'Make none there' },
  { value: 'queue', label: 'Let it wait behind' },
  { value: 'replace', label: 'Cancel the earlier one' },
];
const misses = [
  { value: 'once', label: 'One run for all of them' },
  { value: 'skip', label: 'None' },
];

type Rules = Pick<ScheduleDraft, 'overlap' | 'missed' | 'catchUpMinutes' | 'priority'>;

/** What happens when it does not go smoothly. */
export function RuleFields({
  draft,
  onChange,
}: {
  draft: Rules;
  onChange: (changes: Partial<Rules>) => void;
}) {
  return (
    <div className={classes.rules}>
      <Select
        label="Where an earlier run of it is not finished"
        data={overlaps}
        allowDeselect={false}
        value={draft.overlap}
        onChange={(overlap) => onChange({ overlap: overlap as Rules['overlap'] })}
      />
      <Select
        label="For times that were missed, as nobody fired"
        data={misses}
        allowDeselect={false}
        value={draft.missed}
        onChange={(missed) => onChange({ missed: missed as Rules['missed'] })}
      />
      {draft.missed === 'once' && (
        <WholeNumber
          label="At most so many minutes late"
          min={1}
          max={10_080}
          value={draft.catchUpMinutes}
          onChange={(catchUpMinutes) => onChange({ catchUpMinutes })}
        />
      )}
      <WholeNumber
        label="Priority; 0 is usual"
        min={-maxPriority}
        max={maxPriority}
        value={draft.priority}
        onChange={(priority) => onChange({ priority })}
      />
    </div>
  );
}
