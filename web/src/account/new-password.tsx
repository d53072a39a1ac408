import { PasswordInput } from '@mantine/core';

/** The minimum length, as in src/operations/core/fields.ts. The server enforces it. */
const minLength = 12;

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

/** A field for a new password. Only the length matters. */
export function NewPassword({ label, value, onChange }: Props) {
  return (
    <PasswordInput
      label={label}
      description={`At least ${minLength} characters; several words work best`}
      autoComplete="new-password"
      minLength={minLength}
      required
      withAsterisk={false}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
