import { PasswordInput } from '@mantine/core';

/** As the server wants it (src/operations/core/fields.ts); it judges in the end. */
const least = 12;

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

/** A password that somebody chooses. Length is what counts. */
export function NewPassword({ label, value, onChange }: Props) {
  return (
    <PasswordInput
      label={label}
      description={`${least} characters or more; a few words are best`}
      autoComplete="new-password"
      minLength={least}
      required
      withAsterisk={false}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
