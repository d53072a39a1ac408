import { Checkbox, NativeSelect, TextInput } from '@mantine/core';
import type { DigestTime } from '#src/model/message-rule.ts';
import { weekdays } from '#src/model/rule-sentence.ts';
import { ZoneInput } from '../../ui/zone-input.tsx';
import classes from '../rules.module.css';
import type { TimesDraft } from './rule-draft.ts';

interface Props {
  times: TimesDraft;
  problems: Record<string, string>;
  onChange: (changes: Partial<TimesDraft>) => void;
}

/** The quiet hours and the digest of a rule. */
export function TimeFields(props: Props) {
  return (
    <>
      <QuietHoursFields {...props} />
      <DigestFields {...props} />
    </>
  );
}

function QuietHoursFields({ times: { hasQuietHours, quietHours }, problems, onChange }: Props) {
  const changeQuiet = (changes: Partial<typeof quietHours>) =>
    onChange({ quietHours: { ...quietHours, ...changes } });
  return (
    <>
      <Checkbox
        size="xs"
        label="Quiet hours"
        description="Messages wait until they are over"
        checked={hasQuietHours}
        error={problems['quietHours']}
        onChange={(event) => onChange({ hasQuietHours: event.currentTarget.checked })}
      />
      {hasQuietHours && (
        <div className={classes.pair}>
          <TextInput
            label="Quiet from"
            type="time"
            required
            withAsterisk={false}
            value={quietHours.from}
            onChange={(event) => changeQuiet({ from: event.currentTarget.value })}
          />
          <TextInput
            label="Quiet until"
            type="time"
            required
            withAsterisk={false}
            value={quietHours.until}
            onChange={(event) => changeQuiet({ until: event.currentTarget.value })}
          />
          <ZoneInput
            label="Time zone of the quiet hours"
            value={quietHours.zone}
            onChange={(zone) => changeQuiet({ zone })}
          />
        </div>
      )}
    </>
  );
}

function DigestFields({ times: { hasDigest, digest }, problems, onChange }: Props) {
  const changeDigest = (changes: Partial<DigestTime>) => onChange({ digest: { ...digest, ...changes } });
  return (
    <>
      <Checkbox
        size="xs"
        label="Daily or weekly digest"
        description="With what changed, and the tests that fail most"
        checked={hasDigest}
        error={problems['digest']}
        onChange={(event) => onChange({ hasDigest: event.currentTarget.checked })}
      />
      {hasDigest && (
        <div className={classes.pair}>
          <NativeSelect
            label="Digest"
            data={[
              { value: 'daily', label: 'Daily' },
              { value: 'weekly', label: 'Weekly' },
            ]}
            value={digest.period}
            onChange={(event) => changeDigest({ period: event.currentTarget.value as DigestTime['period'] })}
          />
          {digest.period === 'weekly' && (
            <NativeSelect
              label="Day"
              data={weekdays.map((label, value) => ({ value: String(value), label }))}
              value={String(digest.weekday)}
              onChange={(event) => changeDigest({ weekday: Number(event.currentTarget.value) })}
            />
          )}
          <TextInput
            label="At"
            type="time"
            required
            withAsterisk={false}
            value={digest.at}
            onChange={(event) => changeDigest({ at: event.currentTarget.value })}
          />
          <ZoneInput
            label="Time zone of the digest"
            value={digest.zone}
            onChange={(zone) => changeDigest({ zone })}
          />
        </div>
      )}
    </>
  );
}
