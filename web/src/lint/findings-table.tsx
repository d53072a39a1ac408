import { Anchor, Button } from '@mantine/core';
import { Link } from 'wouter';
import { LongText } from '../ui/long-text/long-text.tsx';
import { type Column, DataTable } from '../ui/table/data-table.tsx';
import { LevelBadge } from './level.tsx';
import classes from './lint.module.css';
import { definitionPage, type Finding } from './queries.ts';
import { SourcePlace } from './source-place.tsx';

interface Props {
  findings: readonly Finding[];
  environment: string;
  /** Whether the modules have a baseline, which findings may be in. */
  hasBaseline: boolean;
  /** The number of findings that are not loaded. */
  more: number;
  isLoading: boolean;
  onMore: () => void;
}

/** The findings, by path and line. */
export function FindingsTable({ findings, environment, hasBaseline, more, isLoading, onMore }: Props) {
  const columns: Column<Finding>[] = [
    { name: 'Finding', width: 18, share: 4, wraps: true, value: ({ message }) => message },
    { name: 'Level', width: 'fit', card: 'bare', value: ({ level }) => <LevelBadge level={level} /> },
    ...(hasBaseline ? [newColumn] : []),
    { name: 'Rule', width: 'fit', value: ({ code }) => <code>{code}</code> },
    {
      name: 'In',
      width: 8,
      share: 2,
      value: ({ definition }) =>
        definition && (
          <Anchor component={Link} href={definitionPage(definition, environment)}>
            <LongText text={definition.name} />
          </Anchor>
        ),
    },
    {
      name: 'Place',
      width: 8,
      share: 2,
      card: 'bare',
      value: (finding) => <SourcePlace place={finding} />,
    },
  ];
  return (
    <>
      <DataTable
        label="Findings"
        rows={findings}
        // Two findings of one fingerprint cannot be: it counts repeats.
        rowKey={({ fingerprint }) => fingerprint}
        columns={columns}
        isDim={({ inBaseline }) => inBaseline}
      />
      {more > 0 && (
        <Button variant="default" size="xs" className={classes.more} loading={isLoading} onClick={onMore}>
          Show more ({more.toLocaleString()} left)
        </Button>
      )}
    </>
  );
}

const newColumn: Column<Finding> = {
  name: 'Baseline',
  width: 'fit',
  value: ({ inBaseline }) => (inBaseline ? 'known' : <b>new</b>),
};
