import { TextInput } from '@mantine/core';

interface Props {
  /** As the field of the browser has it: local time without a zone. */
  value: string;
  hasFocus?: boolean;
  onChange: (value: string) => void;
}

/** When a reservation ends. */
export function UntilField({ value, hasFocus = false, onChange }: Props) {
  return (
    <TextInput
      type="datetime-local"
      label="Until"
      description="In the time zone of this browser"
      required
      data-autofocus={hasFocus || undefined}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
