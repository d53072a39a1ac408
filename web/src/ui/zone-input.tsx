import { Autocomplete } from '@mantine/core';
import { useMemo } from 'react';

interface Props {
  label?: string;
  description?: string;
  value: string;
  error?: string | undefined;
  onChange: (zone: string) => void;
}

/** A field for a time zone, which completes its name. */
export function ZoneInput({ label = 'Time zone', description, value, error, onChange }: Props) {
  const zones = useMemo(() => ['UTC', ...Intl.supportedValuesOf('timeZone')], []);
  return (
    <Autocomplete
      label={label}
      description={description}
      data={zones}
      limit={40}
      required
      withAsterisk={false}
      value={value}
      error={error}
      onChange={onChange}
    />
  );
}
