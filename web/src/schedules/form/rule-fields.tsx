import { Select } from '@mantine/core';
import { maxCatchUpMinutes, maxPriority } from '#src/model/limits.ts';
import { WholeNumber } from '../../ui/whole-number.tsx';
import classes from '../schedules.module.css';
import type { ScheduleDraft } from './draft.ts';

const overlaps = [
  { value: 'skip', label: 'Skip the new run' },
  { value: 'queue', label: 'Queue the new run' },
  { value: 'replace', label: 'Cancel the earlier run' },
];
const misses = [
  { value: 'once', label: 'Run once for all of them' },
  { value: 'skip', label: 'Skip them' },
];

type Rules = Pick<ScheduleDraft, 'overlap' | 'missed' | 'catchUpMinutes' | 'priority'>;

/** The rules for overlaps and missed times, and the priority. */
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
        size="sm"
        label="If an earlier run is not finished"
        data={overlaps}
        allowDeselect={false}
        value={draft.overlap}
        onChange={(overlap) => onChange({ overlap: overlap as Rules['overlap'] })}
      />
      <Select
        size="sm"
        label="Times missed while no scheduler ran"
        data={misses}
        allowDeselect={false}
        value={draft.missed}
        onChange={(missed) => onChange({ missed: missed as Rules['missed'] })}
      />
      {draft.missed === 'once' && (
        <WholeNumber
          label="Maximum lateness in minutes"
          min={1}
          max={maxCatchUpMinutes}
          value={draft.catchUpMinutes}
          onChange={(catchUpMinutes) => onChange({ catchUpMinutes })}
        />
      )}
      <WholeNumber
        label="Priority (default: 0)"
        min={-maxPriority}
        max={maxPriority}
        value={draft.priority}
        onChange={(priority) => onChange({ priority })}
      />
    </div>
  );
}
