import { Button, NativeSelect, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useRef, useState } from 'react';
import type { SubmissionView } from '#src/operations/submissions/submission-view.ts';
import { plural } from '../../ui/format.ts';
import { useQueryState } from '../../ui/query-state.ts';
import { useShortcut } from '../../ui/shortcuts.tsx';
import { EmptyState, QueryFallback } from '../../ui/states.tsx';
import { StatusChoice, StatusChoices } from '../../ui/status-choices.tsx';
import { matrixQuery } from '../queries.ts';
import { arrange, indexMatrix } from './arrange.ts';
import { Matrix } from './matrix.tsx';
import { type ClassFilter, classFilters } from './result-state.ts';
import classes from './results-matrix.module.css';

/** The tests of a submission by environments: those that differ, failed or have a class; the others on demand. */
export function ResultsMatrix({ submission }: { submission: SubmissionView }) {
  const [rows, setRows] = useQueryState('rows');
  const [search, setSearch] = useQueryState('q');
  const [className, setClass] = useQueryState('class');
  const [environment, setEnvironment] = useQueryState('environment');
  const [openCauses, setOpenCauses] = useState<ReadonlySet<string>>(new Set());
  const hasAll = rows === 'all';
  const { data, error, refetch } = useQuery(matrixQuery(submission, hasAll ? 'all' : 'notable'));
  const only = classFilters.find((each) => each === className);
  const indexed = useMemo(() => data && indexMatrix(data), [data]);
  const items = useMemo(
    () => (indexed ? arrange(indexed, { search, only, environment }, openCauses) : []),
    [indexed, search, only, environment, openCauses],
  );
  const toggle = useCallback((key: string) => {
    setOpenCauses((before) => {
      const after = new Set(before);
      if (!after.delete(key)) after.add(key);
      return after;
    });
  }, []);
  if (!data) return <QueryFallback what="the results" query={{ error, refetch }} />;
  const rest = data.tests - data.rows.length;
  const isFiltered = search !== '' || only !== undefined || environment !== '';
  const showAll = () => setRows('all');
  return (
    <section aria-labelledby="results" className={classes.results}>
      <div className={classes.head}>
        <h2 id="results">Results</h2>
        <ClassChoices submission={submission} selected={only} onSelect={setClass} />
        <Search value={search} onChange={setSearch} />
        <EnvironmentSelect all={data.environments} selected={environment} onSelect={setEnvironment} />
      </div>
      {items.length > 0 && (
        <Matrix
          items={items}
          environments={data.environments}
          runs={submission.runs}
          environment={environment}
          onToggle={toggle}
        />
      )}
      {items.length === 0 && isFiltered && <EmptyState title="No tests match these filters" />}
      {items.length === 0 && !isFiltered && (
        <EmptyState title={data.tests === 0 ? 'No results yet' : 'The same result on all environments'}>
          {data.tests === 0
            ? 'The tests appear here when the first run has its plan.'
            : `No test failed, and none changed: ${plural(data.tests, 'test')}.`}
        </EmptyState>
      )}
      {(rest > 0 || hasAll) && (
        <p className={classes.rest}>
          {hasAll ? (
            <Button variant="default" onClick={() => setRows('')}>
              Show only tests that failed or changed
            </Button>
          ) : (
            <>
              {plural(rest, 'more test')} with the same result on all environments, and no failure.{' '}
              <Button variant="default" onClick={showAll}>
                Show all {data.tests.toLocaleString()} tests
              </Button>
            </>
          )}
        </p>
      )}
    </section>
  );
}

interface ChoicesProps {
  submission: SubmissionView;
  selected: ClassFilter | undefined;
  onSelect: (only: string) => void;
}

const choiceStatus = {
  new: 'failed',
  other: 'failed',
  known: 'failed',
  broken: 'broken',
  flaky: 'flaky',
  fixed: 'passed',
} as const;

function ClassChoices({ submission: { classes: counts }, selected, onSelect }: ChoicesProps) {
  return (
    <StatusChoices label="Filter by class">
      <StatusChoice label="All" isSelected={selected === undefined} onSelect={() => onSelect('')} />
      {classFilters.map((each) =>
        counts?.[each] || selected === each ? (
          <StatusChoice
            key={each}
            {...(each !== 'slower' && { status: choiceStatus[each] })}
            label={each.charAt(0).toUpperCase() + each.slice(1)}
            count={counts?.[each] ?? 0}
            isSelected={selected === each}
            onSelect={() => onSelect(selected === each ? '' : each)}
          />
        ) : null,
      )}
    </StatusChoices>
  );
}

function Search({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const input = useRef<HTMLInputElement>(null);
  useShortcut('/', 'Search tests', () => input.current?.focus());
  return (
    <TextInput
      ref={input}
      type="search"
      size="xs"
      className={classes.search}
      leftSection={<IconSearch size={14} aria-hidden />}
      placeholder="Search tests"
      aria-label="Search tests by name"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

interface EnvironmentProps {
  all: readonly string[];
  selected: string;
  onSelect: (code: string) => void;
}

function EnvironmentSelect({ all, selected, onSelect }: EnvironmentProps) {
  if (all.length < 2) return null;
  return (
    <NativeSelect
      size="xs"
      aria-label="Environment"
      className={classes.environment}
      value={selected}
      data={[{ value: '', label: 'All environments' }, ...all.map((code) => ({ value: code, label: code }))]}
      onChange={(event) => onSelect(event.currentTarget.value)}
    />
  );
}
