import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { listEnvironments } from '#src/operations/environments/environments.ts';
import { get } from '../api/request.ts';
import { catalogQuery } from '../tests/queries.ts';
import type { TrendFilter } from './queries.ts';

const spans = [
  { value: '14', label: '2 weeks' },
  { value: '28', label: '4 weeks' },
  { value: '56', label: '8 weeks' },
  { value: '182', label: '26 weeks' },
  { value: '365', label: 'A year' },
];

interface Props {
  filter: TrendFilter;
  onChange: Record<keyof TrendFilter, (value: string) => void>;
}

export function TrendFilters({ filter, onChange }: Props) {
  const { data: environments } = useQuery({
    queryKey: ['environments', 'list'],
    queryFn: ({ signal }) => get<typeof listEnvironments>('/api/environments', { signal }),
  });
  const { data: catalog } = useQuery(catalogQuery);
  const modules = useMemo(
    () => [...new Set(catalog?.tests.flatMap(({ module }) => module ?? []))].toSorted(),
    [catalog],
  );
  const { environment, group, module, days } = filter;
  return (
    <>
      <Choice
        label="Environment"
        all={environments?.environments.map(({ code }) => code) ?? []}
        selected={environment}
        onSelect={onChange.environment}
      />
      <Choice
        label="Group"
        all={catalog?.groups.map(({ name }) => name) ?? []}
        selected={group}
        onSelect={onChange.group}
      />
      <Choice label="Module" all={modules} selected={module} onSelect={onChange.module} />
      <Select
        aria-label="Time"
        w={110}
        data={
          spans.some(({ value }) => value === days)
            ? spans
            : [{ value: days, label: `${days} days` }, ...spans]
        }
        value={days}
        allowDeselect={false}
        onChange={(value) => onChange.days(value ?? '')}
      />
    </>
  );
}

interface ChoiceProps {
  label: string;
  all: readonly string[];
  selected: string;
  onSelect: (name: string) => void;
}

function Choice({ label, all, selected, onSelect }: ChoiceProps) {
  // What is in the address may be gone.
  const data = selected === '' || all.includes(selected) ? [...all] : [selected, ...all];
  return (
    <Select
      aria-label={label}
      placeholder={`Any ${label.toLowerCase()}`}
      w={190}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': `Any ${label.toLowerCase()}` }}
      nothingFoundMessage="No matches"
      limit={200}
      data={data}
      value={selected === '' ? null : selected}
      onChange={(name) => onSelect(name ?? '')}
    />
  );
}
