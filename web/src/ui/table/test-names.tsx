import { Anchor } from '@mantine/core';
import { Link } from 'wouter';
import { LongText } from '../long-text/long-text.tsx';
import { type Column, DataTable } from './data-table.tsx';

const columns: Column<string>[] = [
  {
    name: 'Test',
    width: 16,
    share: 1,
    value: (test) => (
      <Anchor component={Link} href={`/tests/${encodeURIComponent(test)}`}>
        <LongText text={test} />
      </Anchor>
    ),
  },
];

/** A list of names of tests, each a link to its view. */
export const TestNames = ({ tests }: { tests: readonly string[] }) => (
  <DataTable label="Tests" rows={tests} rowKey={(test) => test} columns={columns} />
);
