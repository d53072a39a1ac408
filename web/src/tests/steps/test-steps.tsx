import { Anchor, Button, Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { Link } from 'wouter';
import { maxRefLength } from '#src/model/limits.ts';
import type { listEnvironments } from '#src/operations/environments/environments.ts';
import type { TestStepsView } from '#src/operations/tests/test-steps.ts';
import { get } from '../../api/request.ts';
import TestChanges from '../../changes/test-changes.tsx';
import { plural, shortCommit } from '../../ui/format.ts';
import { useQueryState } from '../../ui/query-state.ts';
import { SourceLink } from '../../ui/source-link.tsx';
import { EmptyState, QueryFallback } from '../../ui/states.tsx';
import { StatusBadge } from '../../ui/status.tsx';
import { useTitle } from '../../ui/title.ts';
import { testStepsQuery } from '../queries.ts';
import { callsOf, groupSteps } from './group-steps.ts';
import { StepList } from './step-list.tsx';
import classes from './steps.module.css';
import { UsedValues } from './used-values.tsx';

/** More steps than this are folded at first. */
const maxUnfolded = 60;

/** The steps of a test as MFTF runs them, where each comes from, and what they read on an environment. */
export default function TestSteps({ params }: { params: { name: string } }) {
  const name = decodeURIComponent(params.name);
  useTitle(`Steps of ${name}`);
  const [environment, setEnvironment] = useQueryState('environment');
  const [ref, setRef] = useQueryState('ref');
  const [since, setSince] = useQueryState('since');
  const steps = useQuery(testStepsQuery(name, environment || undefined, ref || undefined));
  const environments = useQuery({
    queryKey: ['environments', 'list'],
    queryFn: ({ signal }) => get<typeof listEnvironments>('/api/environments', { signal }),
  });
  const codes = environments.data?.environments.map(({ code }) => code) ?? [];
  const choices = codes.includes(environment) || environment === '' ? codes : [environment, ...codes];
  return (
    <div className={classes.view}>
      <header>
        <p className={classes.dim}>
          <Anchor component={Link} href={`/tests/${encodeURIComponent(name)}`}>
            History of this test
          </Anchor>
        </p>
        <h1 className={classes.heading}>{name}</h1>
      </header>
      <div className={classes.tools}>
        <NativeSelect
          size="xs"
          aria-label="Environment"
          data={[{ value: '', label: 'No environment' }, ...choices]}
          value={environment}
          onChange={(event) => setEnvironment(event.currentTarget.value)}
        />
        {ref !== '' && (
          <span className={classes.dim}>
            at <code title={ref}>{ref.length === 40 ? shortCommit(ref) : ref}</code>{' '}
            <Anchor component="button" inherit onClick={() => setRef('')}>
              Show the newest
            </Anchor>
          </span>
        )}
        <SinceField key={since} since={since} onChange={setSince} />
      </div>
      {since !== '' && (
        <TestChanges
          comparison={{ test: name, since, environment: environment || undefined, ref: ref || undefined }}
        />
      )}
      {steps.data ? (
        <Steps key={`${environment} ${ref}`} test={steps.data} />
      ) : (
        <QueryFallback what="the steps" readsTests query={steps} />
      )}
    </div>
  );
}

/** Asks which commit the steps are compared with. */
function SinceField({ since, onChange }: { since: string; onChange: (since: string) => void }) {
  const [text, setText] = useState(since);
  return (
    <form
      className={classes.tools}
      onSubmit={(event) => {
        event.preventDefault();
        onChange(text.trim());
      }}
    >
      <TextInput
        size="xs"
        aria-label="Compare with a branch, tag or commit"
        placeholder="Branch, tag or commit"
        maxLength={maxRefLength}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Button variant="default" size="xs" type="submit" disabled={text.trim() === since}>
        {since !== '' && text.trim() === '' ? 'Do not compare' : 'Compare'}
      </Button>
    </form>
  );
}

function Steps({ test }: { test: TestStepsView }) {
  const parts = useMemo(() => groupSteps(test), [test]);
  const calls = useMemo(() => callsOf(parts), [parts]);
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set(count > maxUnfolded ? [] : calls));
  const [origins, setOrigins] = useQueryState('origins');
  const showsReferences = origins === 'shown';
  const findValue = useMemo(() => {
    const values = new Map(test.values.map((value) => [`${value.kind} ${value.name}`, value]));
    return (kind: string, name: string) => values.get(`${kind} ${name}`);
  }, [test]);
  const toggle = (key: string) => {
    const after = new Set(open);
    if (!after.delete(key)) after.add(key);
    setOpen(after);
  };
  return (
    <>
      <Facts test={test} count={count} />
      {test.environment !== null && <UsedValues values={test.values} environment={test.environment} />}
      <div className={classes.tools}>
        {calls.length > 0 && (
          <>
            <Button variant="default" size="xs" onClick={() => setOpen(new Set(calls))}>
              Unfold all
            </Button>
            <Button variant="default" size="xs" onClick={() => setOpen(new Set())}>
              Fold all
            </Button>
          </>
        )}
        <Checkbox
          size="xs"
          label="Show where values come from"
          checked={showsReferences}
          onChange={(event) => setOrigins(event.currentTarget.checked ? 'shown' : '')}
        />
      </div>
      {parts.map((part) => (
        <StepList
          key={part.name}
          part={part}
          open={open}
          onToggle={toggle}
          findValue={findValue}
          showsReferences={showsReferences}
        />
      ))}
      {parts.length === 0 && (
        <EmptyState title="No steps">
          {test.skipped ? 'MFTF skips the test.' : 'The test has no steps.'}
        </EmptyState>
      )}
    </>
  );
}

function Facts({ test, count }: { test: TestStepsView; count: number }) {
  return (
    <div className={classes.facts}>
      <span>
        {plural(count, 'step')} at <code title={test.commit.id}>{shortCommit(test.commit.id)}</code>{' '}
        {test.commit.subject}
      </span>
      <span>
        declared in <SourceLink source={test} />
      </span>
      {test.extends !== null && (
        <span>
          extends{' '}
          <Anchor component={Link} href={`/tests/${encodeURIComponent(test.extends)}/steps`}>
            {test.extends}
          </Anchor>
        </span>
      )}
      {test.skipped && <StatusBadge status="skipped">skipped by MFTF</StatusBadge>}
      {test.modules !== null && <span>Modules: {test.modules}</span>}
      {test.valuesMissing !== null && <span>{test.valuesMissing}</span>}
    </div>
  );
}
