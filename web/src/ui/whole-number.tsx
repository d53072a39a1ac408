import { TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';

interface CommonProps {
  label: string;
  description?: string;
  min: number;
  max: number;
  error?: ReactNode;
  width?: number;
}

type Props = CommonProps &
  (
    | { isOptional?: false; value: number; onChange: (value: number) => void }
    | { isOptional: true; value: number | undefined; onChange: (value: number | undefined) => void }
  );

/**
 * The native number field; that of the component library adds 15 kB. A value out of range is not taken, and shown as an error while it is
 * there. An optional one may be empty.
 */
export function WholeNumber(props: Props) {
  const { label, description, min, max, value, error, width } = props;
  // While typing, the text may not be a number yet: `-`, or nothing.
  const [draft, setDraft] = useState<string>();
  const isValid = (number: number) => Number.isInteger(number) && number >= min && number <= max;
  const change = (text: string) => {
    setDraft(text);
    if (text !== '' && isValid(Number(text))) props.onChange(Number(text));
    if (text === '' && props.isOptional) props.onChange(undefined);
  };
  const isOutOfRange = draft !== undefined && draft !== '' && !isValid(Number(draft));
  return (
    <TextInput
      type="number"
      step={1}
      label={label}
      description={description}
      min={min}
      max={max}
      error={isOutOfRange ? `A whole number from ${min.toLocaleString()} to ${max.toLocaleString()}` : error}
      styles={{ wrapper: { width } }}
      value={draft ?? value ?? ''}
      onChange={(event) => change(event.currentTarget.value)}
      onBlur={() => setDraft(undefined)}
    />
  );
}
