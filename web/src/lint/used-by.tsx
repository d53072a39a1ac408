import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { useQueryState } from '../ui/query-state.ts';
import { EmptyState, QueryFallback } from '../ui/states.tsx';
import { useTitle } from '../ui/title.ts';
import { EnvironmentSelect } from './environment-select.tsx';
import classes from './lint.module.css';
import { NameSearch } from './name-search.tsx';
import { usesQuery } from './queries.ts';
import { Users } from './users.tsx';

/** Who uses an action group, an element, data, a page, a variable or a credential. */
export default function UsedBy() {
  const [name, setName] = useQueryState('name');
  const [environment, setEnvironment] = useQueryState('environment');
  useTitle(name === '' ? 'Used by' : `Used by: ${name}`);
  const { data, error, refetch } = useQuery(usesQuery({ name, environment }));
  return (
    <>
      <div className={classes.head}>
        <h1>Used by</h1>
        <Anchor component={Link} href={environment === '' ? '/lint' : `/lint?environment=${environment}`}>
          Lint
        </Anchor>
      </div>
      <div className={classes.filter}>
        <NameSearch name={name} environment={environment} onChoose={setName} />
        <EnvironmentSelect selected={environment} onSelect={setEnvironment} />
      </div>
      {name === '' ? (
        <EmptyState title="Choose a name">
          Where it is defined, what uses it, and which tests reach it.
        </EmptyState>
      ) : data === undefined || error ? (
        <QueryFallback what="the uses" readsTests query={{ error, refetch }} />
      ) : (
        <Users key={name} uses={data} environment={environment} />
      )}
    </>
  );
}
