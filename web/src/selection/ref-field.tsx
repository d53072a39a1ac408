import { TextInput } from '@mantine/core';
import { maxRefLength } from '#src/model/limits.ts';

interface Props {
  /** Empty: none. */
  value: string;
  /** Whether a saved selection gives the tests. */
  hasSaved?: boolean;
  error?: string | undefined;
  onChange: (value: string) => void;
}

/** Which commit of the test module is tested. */
export function RefField({ value, hasSaved = false, error, onChange }: Props) {
  return (
    <TextInput
      label="Ref"
      description={`Branch, tag or commit of the first test module. Empty: ${hasSaved ? 'as the saved selection has it, else ' : ''}its branch`}
      placeholder="feature/new-checkout"
      maxLength={maxRefLength}
      autoComplete="off"
      spellCheck={false}
      error={error}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
