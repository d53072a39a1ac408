import { TextInput } from '@mantine/core';
import { maxCodeLength } from '#src/model/limits.ts';

interface Props {
  value: string;
  onChange: (value: string) => void;
  /** Recovery codes are accepted as well. */
  takesRecoveryCode?: boolean;
}

/** A field for a code of the second factor. It gets the focus, because it appears when it is needed. */
export function CodeField({ value, onChange, takesRecoveryCode = true }: Props) {
  return (
    <TextInput
      label="Code"
      description={
        takesRecoveryCode
          ? 'Six digits of your authenticator app, or a recovery code'
          : 'Six digits that the app shows'
      }
      autoComplete="one-time-code"
      autoCapitalize="characters"
      spellCheck={false}
      maxLength={maxCodeLength}
      data-autofocus
      ref={focus}
      required
      withAsterisk={false}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

const focus = (field: HTMLInputElement | null) => field?.focus();
