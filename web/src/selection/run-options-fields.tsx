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
        description="Empty: the setting of the workers"
        min={0}
        max={maxRetryFailed}
        isOptional
        value={options.retryFailed}
        onChange={(retryFailed) => onChange({ ...options, retryFailed })}
      />
      <WholeNumber
        label="Stop after failures"
        description="The rest is skipped. Empty: no limit"
        min={1}
        max={maxMaxFailures}
        isOptional
        value={options.maxFailures}
        onChange={(maxFailures) => onChange({ ...options, maxFailures })}
      />
      <Checkbox
        size="xs"
        label="Run tests first that failed last time"
        checked={options.failedFirst}
        onChange={(event) => onChange({ ...options, failedFirst: event.currentTarget.checked })}
      />
    </fieldset>
  );
}
