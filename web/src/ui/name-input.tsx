import { TextInput } from '@mantine/core';

interface Props {
  placeholder: string;
  value: string;
  /** What is wrong with the form, by field (`fieldProblems`). */
  problems: Record<string, string>;
  onChange: (name: string) => void;
}

/** The name of a schedule, a saved selection, a channel or a rule. */
export const NameInput = ({ placeholder, value, problems, onChange }: Props) => (
  <TextInput
    label="Name"
    placeholder={placeholder}
    required
    withAsterisk={false}
    maxLength={100}
    autoComplete="off"
    value={value}
    error={problems['name'] ?? problems['rename']}
    onChange={(event) => onChange(event.currentTarget.value)}
  />
);
