import { Anchor } from '@mantine/core';
import { Link } from 'wouter';
import type { DayTrend } from '#src/operations/trends/trends-view.ts';
import { duration } from '../ui/format.ts';
import { LongText } from '../ui/long-text/long-text.tsx';
import { percent } from '../ui/percent.ts';
import { type Column, DataTable } from '../ui/table/data-table.tsx';
import type { Trends } from './queries.ts';
import classes from './trends.module.css';

type Sums = Omit<DayTrend, 'day'>;

const number = { width: 'fit', isNumber: true } as const;
const time = (ms: number | null) => ms !== null && duration(ms);

const sumColumns: Column<Sums>[] = [
  { name: 'Runs', ...number, value: ({ runs }) => runs.toLocaleString() },
  { name: 'Pass rate', ...number, value: ({ passRate }) => passRate !== null && percent(passRate) },
  { name: 'Passed', ...number, value: ({ passed }) => passed.toLocaleString() },
  { name: 'Failed', ...number, value: ({ failed }) => failed.toLocaleString() },
  { name: 'Broken', ...number, value: ({ broken }) => broken.toLocaleString() },
  { name: 'Flaky', ...number, value: ({ flaky }) => flaky.toLocaleString() },
  { name: 'Mean duration', ...number, value: ({ durationMs }) => time(durationMs) },
  { name: 'Mean waiting', ...number, value: ({ waitingMs }) => time(waitingMs) },
];

/** The values of the plots as text. */
export function DayTable({ days }: { days: DayTrend[] }) {
  return (
    <DataTable
      label="Days"
      rows={days}
      rowKey={({ day }) => day}
      columns={[{ name: 'Day', width: 'fit', value: ({ day }) => day }, ...sumColumns]}
    />
  );
}

export function EnvironmentTable({ environments }: Pick<Trends, 'environments'>) {
  return (
    <section aria-labelledby="by-environment" className={classes.section}>
      <h2 id="by-environment">By environment</h2>
      <DataTable
        labelledBy="by-environment"
        rows={environments}
        rowKey={({ environment }) => environment}
        columns={[
          {
            name: 'Environment',
            width: 8,
            share: 1,
            value: ({ environment }) => (
              <Anchor component={Link} href={`/environments/${environment}`}>
                <LongText text={environment} />
              </Anchor>
            ),
          },
          ...sumColumns,
        ]}
      />
    </section>
  );
}
