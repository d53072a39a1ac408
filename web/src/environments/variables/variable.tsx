import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { usedByPage } from '../../lint/queries.ts';
import { plural, shortCommit } from '../../ui/format.ts';
import { ErrorState, Loading, QueryFallback } from '../../ui/states.tsx';
import { TestNames } from '../../ui/table/test-names.tsx';
import { useTitle } from '../../ui/title.ts';
import classes from '../environment.module.css';
import { effectiveQuery, environmentQuery, globalVariablesQuery, variableUsersQuery } from '../queries.ts';
import { RotationNote } from './rotation-note.tsx';
import { Value } from './value.tsx';
import { layerText, type Row, rowsOf } from './variable-values.ts';

interface Props {
  params: { code: string; name: string };
}

/** A variable on an environment: its value, and the tests and hooks that read it. */
export default function Variable({ params: { code, name } }: Props) {
  useTitle(name);
  const environment = useQuery(environmentQuery(code));
  const effective = useQuery(effectiveQuery(code));
  const globals = useQuery(globalVariablesQuery);
  const users = useQuery(variableUsersQuery(code, name));
  if (!environment.data) return <QueryFallback what="the variable" query={environment} />;
  const row = rowsOf({
    effective: effective.data,
    own: environment.data.variables,
    globals: globals.data?.variables,
  }).find((each) => each.name === name);
  return (
    <div className={classes.view}>
      <header className={classes.title}>
        <h1>{name}</h1>
        <span className={classes.name}>
          on{' '}
          <Anchor component={Link} href={`/environments/${code}`}>
            {code}
          </Anchor>
        </span>
      </header>
      {row ? <Facts row={row} code={code} /> : <p className={classes.dim}>It has no value on {code}.</p>}
      {users.error ? (
        <ErrorState error={users.error} onRetry={() => void users.refetch()} />
      ) : users.data ? (
        <Users users={users.data} name={name} code={code} />
      ) : (
        <Loading what="the tests that read it" readsTests />
      )}
    </div>
  );
}

function Facts({ row, code }: { row: Row; code: string }) {
  const { value, secret, from, stored } = row;
  return (
    <dl className={classes.facts}>
      <dt>Value</dt>
      <dd>
        <Value value={value} isSecret={secret} />
        {stored?.secret && (
          <RotationNote variable={stored} environment={from === 'global' ? undefined : code} />
        )}
      </dd>
      <dt>Source</dt>
      <dd>{layerText[from]}</dd>
      {stored && stored.description !== '' && (
        <>
          <dt>Description</dt>
          <dd>{stored.description}</dd>
        </>
      )}
    </dl>
  );
}

interface UsersProps {
  users: { commit: { id: string }; tests: string[]; hooks: string[]; readByMftf: boolean };
  name: string;
  code: string;
}

function Users({ users: { commit, tests, hooks, readByMftf }, name, code }: UsersProps) {
  const others = [...(readByMftf ? ['MFTF itself'] : []), ...hooks.map((hook) => `the hook ${hook}`)];
  return (
    <section className={classes.section} aria-labelledby="users">
      <h2 id="users">
        Used by <span className={classes.dim}>{plural(tests.length, 'test')}</span>
      </h2>
      {others.length > 0 && <p>Also read by {others.join(', ')}.</p>}
      {tests.length > 0 ? (
        <TestNames tests={tests} />
      ) : (
        <p className={classes.dim}>No test of this environment reads it.</p>
      )}
      <p className={classes.dim}>
        Tests read it also through action groups, data and suites:{' '}
        <Anchor component={Link} href={usedByPage(`_ENV.${name}`, code)}>
          the places
        </Anchor>
        . Commit <code>{shortCommit(commit.id)}</code> of the test module
      </p>
    </section>
  );
}
