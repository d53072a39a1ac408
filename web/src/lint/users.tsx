import { Anchor } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { plural, shortCommit } from '../ui/format.ts';
import { LongText } from '../ui/long-text/long-text.tsx';
import { type Column, DataTable } from '../ui/table/data-table.tsx';
import { kindText } from './kinds.ts';
import classes from './lint.module.css';
import { definitionPage, type Uses } from './queries.ts';
import { SourcePlace } from './source-place.tsx';

interface Props {
  uses: Uses;
  environment: string;
}

type Use = Uses['uses'][number];

/** Where a name is defined, what uses it, and the tests that reach it. */
export function Users({ uses: { commit, definitions, uses, more, tests }, environment }: Props) {
  const useColumns: Column<Use>[] = [
    {
      name: 'Used by',
      width: 14,
      share: 3,
      value: (use) => (
        <Anchor component={Link} href={definitionPage(use, environment)} underline="always">
          <LongText text={use.name} />
        </Anchor>
      ),
    },
    {
      name: 'Kind',
      width: 'fit',
      value: ({ kind, possible }) => `${kindText[kind]}${possible ? ', perhaps' : ''}`,
    },
    { name: 'Place', width: 10, share: 3, value: (use) => <SourcePlace path={use.path} line={use.line} /> },
  ];
  return (
    <>
      <Section id="defined" title="Defined">
        {definitions.length === 0 ? (
          <p className={classes.dim}>Nothing defines it in the XML of tests.</p>
        ) : (
          <ul className={classes.places}>
            {definitions.map(({ kind, path, line }) => (
              <li key={`${path}:${line}`}>
                <SourcePlace path={path} line={line} /> <span className={classes.dim}>{kindText[kind]}</span>
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Section id="uses" title="Uses" count={plural(uses.length + more, 'use')}>
        {uses.length === 0 ? (
          <p className={classes.dim}>Nothing uses it.</p>
        ) : (
          <DataTable
            labelledBy="uses"
            rows={uses.map((use, index) => ({ ...use, index }))}
            rowKey={({ index }) => index}
            columns={useColumns}
          />
        )}
        {more > 0 && (
          <p className={classes.dim}>{plural(more, 'further use')} left out, because there are too many.</p>
        )}
      </Section>
      <Section id="tests" title="Tests" count={plural(tests.length, 'test')}>
        {tests.length === 0 ? (
          <p className={classes.dim}>No test reaches it.</p>
        ) : (
          <DataTable labelledBy="tests" rows={tests} rowKey={(test) => test} columns={testColumns} />
        )}
        <p className={classes.dim}>
          Tests reach it also through action groups, data, pages, parents and suites. A use that is perhaps
          one depends on the values of an argument. Commit <code>{shortCommit(commit.id)}</code> of the test
          module.
        </p>
      </Section>
    </>
  );
}

const testColumns: Column<string>[] = [
  {
    name: 'Test',
    width: 16,
    share: 1,
    value: (test) => (
      <Anchor component={Link} href={`/tests/${encodeURIComponent(test)}`} underline="always">
        <LongText text={test} />
      </Anchor>
    ),
  },
];

interface SectionProps {
  id: string;
  title: string;
  count?: string;
  children: ReactNode;
}

function Section({ id, title, count, children }: SectionProps) {
  return (
    <section className={classes.section} aria-labelledby={id}>
      <h2 id={id}>
        {title} <span className={classes.dim}>{count}</span>
      </h2>
      {children}
    </section>
  );
}
