import { Button, TextInput } from '@mantine/core';
import { ZoneInput } from '../../ui/zone-input.tsx';
import classes from '../schedules.module.css';
import type { ScheduleDraft } from './draft.ts';

const presets = [
  { words: 'Every night', cron: '0 2 * * *' },
  { words: 'Monday to Friday', cron: '0 2 * * MON-FRI' },
  { words: 'Every week', cron: '0 2 * * SAT' },
  { words: 'Every hour', cron: '0 * * * *' },
];

interface Props {
  draft: Pick<ScheduleDraft, 'cron' | 'zone'>;
  /** The error messages by field name. */
  fieldErrors: Record<string, string>;
  onChange: (changes: Partial<Pick<ScheduleDraft, 'cron' | 'zone'>>) => void;
}

/** The cron expression and time zone of a schedule. */
export function RecurrenceFields({ draft: { cron, zone }, fieldErrors, onChange }: Props) {
  return (
    <div className={classes.recurrence}>
      <TextInput
        label="Cron expression"
        description="Minute, hour, day, month, weekday"
        required
        withAsterisk={false}
        spellCheck={false}
        autoComplete="off"
        classNames={{ input: classes.cron }}
        value={cron}
        error={fieldErrors['cron']}
        onChange={(event) => onChange({ cron: event.currentTarget.value })}
      />
      <ZoneInput
        description="Such as Europe/Berlin"
        value={zone}
        error={fieldErrors['zone']}
        onChange={(selected) => onChange({ zone: selected })}
      />
      <div className={classes.presets}>
        {presets.map((each) => (
          <Button
            key={each.cron}
            size="compact-xs"
            variant={cron === each.cron ? 'filled' : 'default'}
            aria-pressed={cron === each.cron}
            onClick={() => onChange({ cron: each.cron })}
          >
            {each.words}
          </Button>
        ))}
      </div>
    </div>
  );
}
