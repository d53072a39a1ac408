import { TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';

interface Props {
  label: string;
  description?: string;
  min: number;
  max: number;
  value: number;
  onChange: (value: number) => void;
  error?: ReactNode;
  width?: number;
}

/** The native number field; that of the component library adds 15 kB. Values out of range are ignored. */
export function WholeNumber({ label, description, min, max, value, onChange, error, width }: Props) {
  // While typing, the text may not be a number yet: `-`, or nothing.
  const [draft, setDraft] = useState<string>();
  const change = (text: string) => {
    setDraft(text);
    const number = Number(text);
    if (text !== '' && Number.isInteger(number) && number >= min && number <= max) onChange(number);
  };
  return (
    <TextInput
      type="number"
      step={1}
      label={label}
      description={description}
      min={min}
      max={max}
      error={error}
      styles={{ wrapper: { width } }}
      value={draft ?? value}
      onChange={(event) => change(event.currentTarget.value)}
      onBlur={() => setDraft(undefined)}
    />
  );
}
