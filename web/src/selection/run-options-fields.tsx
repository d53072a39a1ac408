import { Checkbox, TextInput } from '@mantine/core';
import { maxMaxFailures, maxRetryFailed } from '#src/model/limits.ts';
import type { RunOptions } from '#src/model/run-options.ts';
import classes from './selection-fields.module.css';

interface Props {
  options: RunOptions;
  onChange: (options: RunOptions) => void;
}

/** How runs treat failed tests. Empty numbers request nothing. */
export function RunOptionsFields({ options, onChange }: Props) {
  return (
    <fieldset className={classes.options}>
      <legend className={classes.legend}>Failed tests</legend>
      <OptionalNumber
        label="Retries"
        description="Empty: as the workers are set"
        min={0}
        max={maxRetryFailed}
        value={options.retryFailed}
        onChange={(retryFailed) => onChange({ ...options, retryFailed })}
      />
      <OptionalNumber
        label="Skip the rest after"
        description="So many failures; empty: never"
        min={1}
        max={maxMaxFailures}
        value={options.maxFailures}
        onChange={(maxFailures) => onChange({ ...options, maxFailures })}
      />
      <Checkbox
        size="xs"
        label="First those that failed last"
        checked={options.failedFirst}
        onChange={(event) => onChange({ ...options, failedFirst: event.currentTarget.checked })}
      />
    </fieldset>
  );
}

interface NumberProps {
  label: string;
  description: string;
  min: number;
  max: number;
  value: number | undefined;
  onChange: (value: number | undefined) => void;
}

/** A whole number, or nothing. A number out of range counts as the nearest one in range. */
function OptionalNumber({ label, description, min, max, value, onChange }: NumberProps) {
  return (
    <TextInput
      type="number"
      step={1}
      label={label}
      description={description}
      min={min}
      max={max}
      value={value ?? ''}
      onChange={(event) => {
        const number = Number.parseInt(event.currentTarget.value, 10);
        onChange(Number.isNaN(number) ? undefined : Math.min(Math.max(number, min), max));
      }}
    />
  );
}
