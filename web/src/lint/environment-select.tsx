import { useQuery } from '@tanstack/react-query';
import type { listEnvironments } from '#src/operations/environments/environments.ts';
import { get } from '../api/request.ts';
import { NameSelect } from '../ui/name-select.tsx';
import classes from './lint.module.css';

interface Props {
  selected: string;
  onSelect: (code: string) => void;
}

/** Whose image and test modules are read. */
export function EnvironmentSelect({ selected, onSelect }: Props) {
  const { data } = useQuery({
    queryKey: ['environments', 'list'],
    queryFn: ({ signal }) => get<typeof listEnvironments>('/api/environments', { signal }),
  });
  return (
    <NameSelect
      label="Environment"
      all="Image and modules of the settings"
      className={classes.environment}
      names={data?.environments.map(({ code }) => code) ?? []}
      selected={selected}
      onSelect={onSelect}
    />
  );
}
