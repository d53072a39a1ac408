import { NativeSelect } from '@mantine/core';

interface Props {
  label: string;
  /** What no choice means: `All environments`. */
  all: string;
  names: readonly string[];
  selected: string;
  onSelect: (name: string) => void;
  className: string | undefined;
}

/** A filter by one name. The selected name may be removed; what had it still exists. */
export function NameSelect({ label, all, names, selected, onSelect, className }: Props) {
  const shown = selected === '' || names.includes(selected) ? names : [selected, ...names];
  return (
    <NativeSelect
      size="xs"
      aria-label={label}
      className={className}
      value={selected}
      data={[{ value: '', label: all }, ...shown.map((name) => ({ value: name, label: name }))]}
      onChange={(event) => onSelect(event.currentTarget.value)}
    />
  );
}
