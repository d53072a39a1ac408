import { Anchor, Button, NativeSelect } from '@mantine/core';
import { IconListTree, IconPlayerPlay } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Link } from 'wouter';
import { TestQuarantines } from '../triage/test-quarantines.tsx';
import { duration, plural } from '../ui/format.ts';
import { percent } from '../ui/percent.ts';
import { useQueryState } from '../ui/query-state.ts';
import { EmptyState, QueryFallback } from '../ui/states.tsx';
import { StatusBadge } from '../ui/status.tsx';
import { useTitle } from '../ui/title.ts';
import { groupFailures } from './history/failures.ts';
import { FailuresList } from './history/failures-list.tsx';
import { HistoryGrid } from './history/history-grid.tsx';
import { patternsOf } from './history/pattern.ts';
import { Verdict } from './history/verdict.tsx';
import { isOfPlaywright } from './playwright-rows.ts';
import { type Catalog, catalogTestQuery, type History, historyQuery } from './queries.ts';
import classes from './test.module.css';

/** The value of `?suite=` for the runs of a test outside its suites. */
const withoutSuite = '-';

/** A test: its history on all environments, the likely cause of its failures, and its statistics. */
export default function Test({ params }: { params: { name: string } }) {
  const name = decodeURIComponent(params.name);
  useTitle(name);
  const [selected, setSelected] = useQueryState('suite');
  const catalogTest = useQuery(catalogTestQuery(name));
  const first = useQuery(historyQuery(name, selected === withoutSuite ? undefined : selected || undefined));

  // A test that runs in suites only has no history without a suite, so the first suite is the default.
  const suites = first.data?.suites ?? [];
  const fallback =
    selected === '' && suites.length > 0 && !suites.includes(null) ? (suites[0] ?? undefined) : undefined;
  const inSuite = useQuery({ ...historyQuery(name, fallback), enabled: fallback !== undefined });
  const history = fallback === undefined ? first : inSuite;

  if (!history.data) return <QueryFallback what="the history of the test" query={history} />;
  const { data } = history;
  const suite = fallback ?? data.suite ?? undefined;
  return (
    <div className={classes.view}>
      <Head
        name={name}
        suite={suite}
        catalogTest={catalogTest.data}
        hasRun={data.results > 0}
        environments={data.rows.map((row) => row.environment)}
      />
      <TestQuarantines test={name} suite={suite ?? null} />
      {suites.length > 1 && (
        <NativeSelect
          size="xs"
          className={classes.suites}
          aria-label="Suite"
          data={suites.map((each) => ({ value: each ?? withoutSuite, label: each ?? 'without a suite' }))}
          value={suite ?? withoutSuite}
          onChange={(event) => setSelected(event.currentTarget.value)}
        />
      )}
      {data.results === 0 ? (
        <EmptyState
          title={catalogTest.data === null ? 'Test not found' : 'No runs yet'}
          action={
            <Button
              component={Link}
              href={
                catalogTest.data === null
                  ? '/tests'
                  : `/new?${new URLSearchParams({ test: name }).toString()}`
              }
              size="sm"
            >
              {catalogTest.data === null ? 'Show all tests' : 'Run this test'}
            </Button>
          }
        >
          {catalogTest.data === null
            ? 'The test is not in the catalog and has never run.'
            : 'Results appear here after the first run.'}
        </EmptyState>
      ) : (
        <Results history={data} />
      )}
    </div>
  );
}

interface HeadProps {
  name: string;
  suite: string | undefined;
  /** Null when the catalog does not have the test. */
  catalogTest: Catalog['tests'][number] | null | undefined;
  hasRun: boolean;
  environments: string[];
}

function Head({ name, suite, catalogTest, hasRun, environments }: HeadProps) {
  const run = new URLSearchParams({ test: suite === undefined ? name : `${suite}:${name}` });
  for (const code of environments) run.append('env', code);
  return (
    <header>
      <div className={classes.head}>
        <h1>{name}</h1>
        {catalogTest?.skipped != null && (
          <StatusBadge status="skipped">
            {isOfPlaywright(name) ? 'skipped' : 'skipped by MFTF'}: {catalogTest.skipped}
          </StatusBadge>
        )}
        {!isOfPlaywright(name) && (
          <Button
            component={Link}
            href={`/tests/${encodeURIComponent(name)}/steps`}
            className={classes.run}
            variant="default"
            leftSection={<IconListTree size={14} aria-hidden />}
          >
            Steps
          </Button>
        )}
        <Button
          component={Link}
          href={`/new?${run}`}
          className={isOfPlaywright(name) ? classes.run : undefined}
          variant="default"
          leftSection={<IconPlayerPlay size={14} aria-hidden />}
        >
          Run this test
        </Button>
      </div>
      {catalogTest && (
        <p className={classes.dim}>
          {catalogTest.title !== null && catalogTest.title !== name && (
            <span className={classes.title}>{catalogTest.title}</span>
          )}
          <Names word="group" names={catalogTest.groups} />
          <Names word="suite" names={catalogTest.suites} />
          {catalogTest.module !== null && <span>module {catalogTest.module}</span>}
          {catalogTest.severity !== null && <span>severity {catalogTest.severity.toLowerCase()}</span>}
        </p>
      )}
      {catalogTest?.unusable != null && (
        <p className={classes.dim}>MFTF cannot generate this test: {catalogTest.unusable}</p>
      )}
      {catalogTest === null && hasRun && (
        <p className={classes.dim}>This test is no longer in the catalog.</p>
      )}
    </header>
  );
}

function Names({ word, names }: { word: 'group' | 'suite'; names: string[] }) {
  if (names.length === 0) return null;
  return (
    <span>
      {names.length === 1 ? word : `${word}s`}{' '}
      {names.map((name, index) => (
        <span key={name}>
          {index > 0 && ', '}
          <Anchor component={Link} href={`/tests?${new URLSearchParams({ [word]: name })}`}>
            {name}
          </Anchor>
        </span>
      ))}
    </span>
  );
}

function Results({ history }: { history: History }) {
  const patterns = useMemo(() => patternsOf(history), [history]);
  const failures = useMemo(() => groupFailures(history), [history]);
  const { results, passRate, flakiness, p50Ms, p95Ms, rows } = history;
  return (
    <>
      <Verdict patterns={patterns} />
      <dl className={classes.figures}>
        <Figure
          name="Results"
          value={results.toLocaleString()}
          note={`on ${plural(rows.length, 'environment')}`}
        />
        <Figure
          name="Passed"
          value={passRate === null ? '–' : percent(passRate)}
          note="of passed and failed results"
        />
        <Figure
          name="Flaky"
          value={flakiness === null ? '–' : percent(flakiness)}
          note={flakiness === null ? 'needs at least two runs' : 'of results differ from the previous one'}
        />
        <Figure name="Duration" value={p50Ms === null ? '–' : duration(p50Ms)} note="median" />
        <Figure
          name="95th percentile"
          value={p95Ms === null ? '–' : duration(p95Ms)}
          note="19 of 20 runs are faster"
        />
      </dl>
      <HistoryGrid history={history} />
      <section aria-labelledby="failures">
        <h2 id="failures">Failures</h2>
        <FailuresList failures={failures} />
      </section>
    </>
  );
}

function Figure({ name, value, note }: { name: string; value: string; note: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <b>{value}</b> <span className={classes.dim}>{note}</span>
      </dd>
    </div>
  );
}
