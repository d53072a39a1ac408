import { Anchor } from '@mantine/core';
import { Link } from 'wouter';
import { plural, shortCommit } from '../ui/format.ts';
import { LongText } from '../ui/long-text/long-text.tsx';
import { useQueryState } from '../ui/query-state.ts';
import { StatusChoice, StatusChoices } from '../ui/status-choices.tsx';
import { type Column, DataTable } from '../ui/table/data-table.tsx';
import { TestNames } from '../ui/table/test-names.tsx';
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
  const [shown, setShown] = useQueryState('show');
  return (
    <>
      <section className={classes.section} aria-labelledby="defined">
        <h2 id="defined">Defined</h2>
        {definitions.length === 0 ? (
          <p className={classes.dim}>Nothing defines it in the XML of tests.</p>
        ) : (
          <ul className={classes.places}>
            {definitions.map((definition) => (
              <li key={`${definition.path}:${definition.line}`}>
                <SourcePlace place={definition} />{' '}
                <span className={classes.dim}>{kindText[definition.kind]}</span>
              </li>
            ))}
          </ul>
        )}
      </section>
      <p className={classes.dim}>
        Tests also reach it through action groups, data, pages, parents and suites. “perhaps”: only with some
        values of an argument. Commit <code>{shortCommit(commit.id)}</code> of the test module.
      </p>
      <div className={classes.filter}>
        <StatusChoices label="Uses or tests">
          <StatusChoice
            label="Uses"
            count={uses.length + more}
            isSelected={shown !== 'tests'}
            onSelect={() => setShown('')}
          />
          <StatusChoice
            label="Tests"
            count={tests.length}
            isSelected={shown === 'tests'}
            onSelect={() => setShown('tests')}
          />
        </StatusChoices>
      </div>
      {shown !== 'tests' ? (
        <UseList uses={uses} more={more} environment={environment} />
      ) : tests.length === 0 ? (
        <p className={classes.dim}>No test reaches it.</p>
      ) : (
        <TestNames tests={tests} />
      )}
    </>
  );
}

interface UseListProps extends Pick<Uses, 'uses' | 'more'> {
  environment: string;
}

function UseList({ uses, more, environment }: UseListProps) {
  const columns: Column<Use>[] = [
    {
      name: 'Used by',
      width: 14,
      share: 3,
      value: (use) => (
        <Anchor component={Link} href={definitionPage(use, environment)}>
          <LongText text={use.name} />
        </Anchor>
      ),
    },
    {
      name: 'Kind',
      width: 'fit',
      value: ({ kind, possible }) => `${kindText[kind]}${possible ? ', perhaps' : ''}`,
    },
    { name: 'Place', width: 10, share: 3, value: (use) => <SourcePlace place={use} /> },
  ];
  if (uses.length === 0) return <p className={classes.dim}>Nothing uses it.</p>;
  return (
    <>
      <DataTable
        label="Uses"
        rows={uses.map((use, index) => ({ ...use, index }))}
        rowKey={({ index }) => index}
        columns={columns}
      />
      {more > 0 && (
        <p className={classes.dim}>{plural(more, 'further use')} left out, because there are too many.</p>
      )}
    </>
  );
}
