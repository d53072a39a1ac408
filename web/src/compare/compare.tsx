import { Button, TextInput } from '@mantine/core';
import { IconArrowsLeftRight } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { useQueryState } from '../ui/query-state.ts';
import { EmptyState, QueryFallback } from '../ui/states.tsx';
import { useTitle } from '../ui/title.ts';
import classes from './compare.module.css';
import { Comparison } from './comparison.tsx';
import { comparePage, compareQuery } from './queries.ts';

/** Two runs, submissions, environments or commits, and the tests that differ. */
export default function Compare() {
  useTitle('Compare');
  const [a] = useQueryState('a');
  const [b] = useQueryState('b');
  const { data, error, refetch, isPlaceholderData } = useQuery(compareQuery(a, b));
  const isChosen = a !== '' && b !== '';
  return (
    <>
      <h1>Compare</h1>
      <Sides a={a} b={b} />
      {!isChosen ? (
        <EmptyState title="Choose two sides">
          A run (12), submission:5, an environment, or a commit of the test module. The page of a run compares
          it with the run before it.
        </EmptyState>
      ) : data === undefined || error !== null ? (
        <QueryFallback what="the comparison" query={{ error, refetch }} />
      ) : (
        <div aria-busy={isPlaceholderData}>
          <Comparison compared={data} />
        </div>
      )}
    </>
  );
}

function Sides({ a, b }: { a: string; b: string }) {
  const [, go] = useLocation();
  const [fields, setFields] = useState({ a, b });
  useEffect(() => setFields({ a, b }), [a, b]);
  const isReady = fields.a.trim() !== '' && fields.b.trim() !== '';
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) go(comparePage(fields.a.trim(), fields.b.trim()));
      }}
    >
      {(['a', 'b'] as const).map((side) => (
        <TextInput
          key={side}
          className={classes.field}
          label={side.toUpperCase()}
          placeholder={side === 'a' ? 'before:12' : 'run:12'}
          size="xs"
          maxLength={100}
          spellCheck={false}
          autoComplete="off"
          value={fields[side]}
          onChange={(event) => setFields({ ...fields, [side]: event.currentTarget.value })}
        />
      ))}
      <Button type="submit" size="xs" disabled={!isReady}>
        Compare
      </Button>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconArrowsLeftRight size={14} aria-hidden />}
        disabled={!isReady}
        onClick={() => go(comparePage(fields.b.trim(), fields.a.trim()))}
      >
        Swap
      </Button>
    </form>
  );
}
