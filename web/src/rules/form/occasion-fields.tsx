import { Checkbox } from '@mantine/core';
import type { Occasion } from '#src/model/message-rule.ts';
import classes from '../rules.module.css';

const all: { occasion: Occasion; label: string; description: string }[] = [
  { occasion: 'failed', label: 'Failed', description: 'Tests failed' },
  {
    occasion: 'broken',
    label: 'Broken',
    description: 'No trustworthy answer, because of the infrastructure',
  },
  { occasion: 'recovery', label: 'Recovered', description: 'Passed, unlike the submission before' },
  {
    occasion: 'changed',
    label: 'Changed',
    description: 'New failures or fixed tests since the submission before',
  },
  { occasion: 'flaky', label: 'Flaky', description: 'A flaky test was found' },
  {
    occasion: 'first-failure',
    label: 'First failure',
    description: 'Immediately, while other tests still run',
  },
  { occasion: 'always', label: 'Always', description: 'Every outcome, also passed' },
  { occasion: 'alert', label: 'Alerts', description: 'A disk, a worker or a shop needs an operator' },
  {
    occasion: 'reservation',
    label: 'Reservations',
    description: 'One begins, ends soon, or could not begin',
  },
];

interface Props {
  occasions: readonly Occasion[];
  error?: string | undefined;
  /** Subscriptions have no alerts, which are for operators. */
  hidesAlerts?: boolean;
  onChange: (occasions: Occasion[]) => void;
}

/** When a rule sends. */
export function OccasionFields({ occasions, error, hidesAlerts = false, onChange }: Props) {
  const shown = hidesAlerts ? all.filter(({ occasion }) => occasion !== 'alert') : all;
  return (
    <fieldset className={classes.group}>
      <legend>When</legend>
      <div className={classes.choices}>
        {shown.map(({ occasion, label, description }) => (
          <Checkbox
            key={occasion}
            size="xs"
            label={label}
            description={description}
            checked={occasions.includes(occasion)}
            onChange={(event) =>
              onChange(
                event.currentTarget.checked
                  ? [...occasions, occasion]
                  : occasions.filter((each) => each !== occasion),
              )
            }
          />
        ))}
      </div>
      {error && <p className={classes.problem}>{error}</p>}
    </fieldset>
  );
}
