import { TagsInput } from '@mantine/core';
import classes from './names-input.module.css';

interface Props {
  label: string;
  description?: string;
  /** Shown while there is no name: what that means. */
  placeholder: string;
  /** Suggestions; others can be typed. */
  suggestions?: readonly string[];
  names: readonly string[];
  error?: string | undefined;
  onChange: (names: string[]) => void;
}

/** A field for several names, with completion. Pasted lists are split at commas and line ends. */
export function NamesInput({
  label,
  description,
  placeholder,
  suggestions = [],
  names,
  error,
  onChange,
}: Props) {
  return (
    <TagsInput
      label={label}
      description={description}
      placeholder={names.length === 0 ? placeholder : ''}
      size="sm"
      data={[...suggestions]}
      limit={40}
      splitChars={[',', '\n', '\t']}
      acceptValueOnBlur
      classNames={{ pill: classes.pill ?? '' }}
      value={[...names]}
      error={error}
      onChange={onChange}
    />
  );
}
