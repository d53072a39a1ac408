import { Checkbox, TextInput } from '@mantine/core';
import { maxRefLength } from '#src/model/limits.ts';
import type { Draft } from './draft.ts';
import classes from './selection-fields.module.css';

interface Props {
  draft: Pick<Draft, 'changedSince' | 'mergeBase'>;
  error?: string | undefined;
  onChange: (changes: Pick<Draft, 'changedSince' | 'mergeBase'>) => void;
}

/** Limits the tests to those that differ from another commit of the first test module. */
export function ChangedSinceField({
  draft: { changedSince = '', mergeBase = false },
  error,
  onChange,
}: Props) {
  return (
    <div className={classes.names}>
      <TextInput
        label="Only tests that changed since"
        description="Branch, tag or commit of the first test module. Empty: all of the tests above"
        placeholder="main"
        maxLength={maxRefLength}
        autoComplete="off"
        spellCheck={false}
        error={error}
        value={changedSince}
        onChange={(event) => onChange({ changedSince: event.currentTarget.value, mergeBase })}
      />
      {changedSince.trim() !== '' && (
        <Checkbox
          size="xs"
          label="Compare with the common ancestor, as a pull request does"
          checked={mergeBase}
          onChange={(event) => onChange({ changedSince, mergeBase: event.currentTarget.checked })}
        />
      )}
    </div>
  );
}
