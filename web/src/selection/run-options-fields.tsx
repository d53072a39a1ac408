import { Checkbox } from '@mantine/core';
import { maxMaxFailures, maxRetryFailed } from '#src/model/limits.ts';
import type { RunOptions } from '#src/model/run-options.ts';
import { WholeNumber } from '../ui/whole-number.tsx';
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
      <WholeNumber
        label="Retries"
        description="Empty: as the workers are set"
        min={0}
        max={maxRetryFailed}
        isOptional
        value={options.retryFailed}
        onChange={(retryFailed) => onChange({ ...options, retryFailed })}
      />
      <WholeNumber
        label="Skip the rest after"
        description="So many failures; empty: never"
        min={1}
        max={maxMaxFailures}
        isOptional
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
