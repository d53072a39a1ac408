import { Anchor } from '@mantine/core';
import { useMemo } from 'react';
import { Link } from 'wouter';
import type { CompareView, DifferenceView, SideView } from '#src/operations/compare/compare-view.ts';
import { NoteText } from '../triage/cause-note.tsx';
import { duration, plural, shortCommit } from '../ui/format.ts';
import { LongText } from '../ui/long-text/long-text.tsx';
import { useQueryState } from '../ui/query-state.ts';
import { EmptyState } from '../ui/states.tsx';
import { StatusBadge } from '../ui/status.tsx';
import { StatusChoice, StatusChoices } from '../ui/status-choices.tsx';
import { type Column, DataTable } from '../ui/table/data-table.tsx';
import { Time } from '../ui/time.tsx';
import classes from './compare.module.css';
import { type Causes, changeOfDuration, differenceWords, messageOf, notesOf } from './difference-text.ts';

type Difference = DifferenceView['difference'];

/** What a comparison says: its sides, how many tests differ in which way, and these tests. */
export function Comparison({ compared }: { compared: CompareView }) {
  const { a, b, alone, counts, durations, rows, more, causes } = compared;
  const [chosen, setChosen] = useQueryState('show');
  const causeById = useMemo(() => new Map(causes.map((each) => [each.cause, each])), [causes]);
  const visibleRows = chosen === '' ? rows : rows.filter(({ difference }) => difference === chosen);
  const numbers: Record<Difference, number> = {
    outcome: counts.outcome,
    cause: counts.cause,
    duration: counts.duration,
    'only-a': counts.onlyA,
    'only-b': counts.onlyB,
  };
  const differing = Object.values(numbers).reduce((sum, count) => sum + count, 0);
  return (
    <>
      <div className={classes.sides}>
        <SideText letter="A" side={a} alone={alone.a} />
        <SideText letter="B" side={b} alone={alone.b} />
        <p className={classes.dim}>
          {plural(counts.common, 'test')} in common, {counts.same.toLocaleString()} the same
          {durations.tests > 0 &&
            `; those that passed on both sides took ${duration(durations.aMs)} in A and ${duration(durations.bMs)} in B`}
        </p>
      </div>
      <StatusChoices>
        <StatusChoice
          label="All"
          count={differing}
          isSelected={chosen === ''}
          onSelect={() => setChosen('')}
        />
        {(Object.keys(differenceWords) as Difference[]).map((difference) => (
          <StatusChoice
            key={difference}
            label={differenceWords[difference]}
            count={numbers[difference]}
            isSelected={chosen === difference}
            onSelect={() => setChosen(chosen === difference ? '' : difference)}
          />
        ))}
      </StatusChoices>
      {visibleRows.length === 0 ? (
        <EmptyState title={chosen === '' ? 'No test differs' : 'No test differs in this way'} />
      ) : (
        <DifferenceTable
          rows={visibleRows}
          causes={causeById}
          hasEnvironments={a.runs.length > 1 || b.runs.length > 1}
        />
      )}
      {more > 0 && (
        <p className={classes.dim}>and {more.toLocaleString()} more; matre compare --all prints them</p>
      )}
    </>
  );
}

interface SideProps {
  letter: string;
  side: SideView;
  /** Environments that the other side does not have. */
  alone: string[];
}

function SideText({ letter, side: { kind, name, runs, unfinished }, alone }: SideProps) {
  const [first, ...others] = runs;
  const title = kind === 'commit' ? `commit ${shortCommit(name)}` : `${kind} ${name}`;
  return (
    <p>
      <span className={classes.letter}>{letter}</span>
      {kind === 'submission' ? (
        <Anchor component={Link} href={`/submissions/${name}`}>
          {title}
        </Anchor>
      ) : (
        title
      )}
      {first && others.length === 0 && (
        <>
          :{' '}
          <Anchor component={Link} href={`/runs/${first.id}`}>
            #{first.id}
          </Anchor>{' '}
          on {first.environment}, {first.verdict}, <Time at={first.finishedAt} />
          {first.commit && (
            <span className={classes.dim}>
              {' '}
              at <code>{shortCommit(first.commit.id)}</code> {first.commit.subject}
            </span>
          )}
        </>
      )}
      {others.length > 0 && <SeveralRuns runs={runs} hasCommit={kind !== 'commit'} />}
      {alone.length > 0 && <span className={classes.dim}> (only here: {alone.join(', ')})</span>}
      {unfinished.length > 0 && (
        <span className={classes.dim}> (not finished on {unfinished.join(', ')})</span>
      )}
    </p>
  );
}

/** The runs of a side with several, the newest time, and their commit when it is one. */
function SeveralRuns({ runs, hasCommit }: { runs: SideView['runs']; hasCommit: boolean }) {
  const newest = runs.toSorted((one, other) => Date.parse(other.finishedAt) - Date.parse(one.finishedAt))[0];
  const commits = new Map(runs.map(({ commit }) => [commit?.id, commit]));
  const [commit] = hasCommit && commits.size === 1 ? [...commits.values()] : [];
  return (
    <>
      : {plural(runs.length, 'run')} on {runs.map(({ environment }) => environment).join(', ')}
      {newest && (
        <>
          , <Time at={newest.finishedAt} />
        </>
      )}
      {commit && (
        <span className={classes.dim}>
          {' '}
          at <code>{shortCommit(commit.id)}</code> {commit.subject}
        </span>
      )}
    </>
  );
}

interface TableProps {
  rows: DifferenceView[];
  causes: Causes;
  /** Whether a side has several runs; two single runs may be on different environments, which the head names. */
  hasEnvironments: boolean;
}

const environmentColumn: Column<DifferenceView> = {
  name: 'Environment',
  width: 6,
  value: ({ environment }) => <LongText text={environment} />,
};

function DifferenceTable({ rows, causes, hasEnvironments }: TableProps) {
  const columns: Column<DifferenceView>[] = [
    {
      name: 'Test',
      width: 12,
      value: ({ test, suite }) => (
        <Anchor component={Link} href={`/tests/${encodeURIComponent(test)}`}>
          <LongText text={suite === null ? test : `${suite}:${test}`} />
        </Anchor>
      ),
    },
    ...(hasEnvironments ? [environmentColumn] : []),
    {
      name: 'Differs',
      width: 'fit',
      value: (row) => changeOfDuration(row) ?? differenceWords[row.difference],
    },
    { name: 'A', width: 'fit', value: (row) => <Outcome row={row} side="a" /> },
    { name: 'B', width: 'fit', value: (row) => <Outcome row={row} side="b" /> },
    {
      name: 'Message',
      width: 12,
      wraps: true,
      value: (row) => (
        <>
          <LongText text={messageOf(row, causes)} />
          {notesOf(row, causes).map((note) => (
            <div key={note.cause}>
              <NoteText note={note} />
            </div>
          ))}
        </>
      ),
    },
  ];
  return (
    <DataTable
      label="Differing tests"
      rows={rows}
      rowKey={({ environment, suite, test }) => `${environment} ${suite ?? ''}:${test}`}
      columns={columns}
    />
  );
}

/** The outcome of a test on one side, with a link to it in its run. */
function Outcome({ row, side }: { row: DifferenceView; side: 'a' | 'b' }) {
  const outcome = row[side];
  if (outcome === null) return null;
  const name = row.suite === null ? row.test : `${row.suite}:${row.test}`;
  return (
    <Anchor
      component={Link}
      className={classes.side}
      href={`/runs/${outcome.run}?${new URLSearchParams({ test: name, panel: 'steps' })}`}
    >
      <StatusBadge status={outcome.outcome ?? 'missing'} />
      {row.difference === 'duration' && outcome.durationMs !== null && duration(outcome.durationMs)}
    </Anchor>
  );
}
