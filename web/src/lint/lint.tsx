import { Anchor } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { plural, shortCommit } from '../ui/format.ts';
import { EmptyState, QueryFallback } from '../ui/states.tsx';
import { useTitle } from '../ui/title.ts';
import { FindingsTable } from './findings-table.tsx';
import classes from './lint.module.css';
import { LintFilter } from './lint-filter.tsx';
import { type LintPage, lintQuery } from './queries.ts';
import { useLintFilter } from './use-lint-filter.ts';

/** What is wrong with the XML of the test modules of an environment. */
export default function Lint() {
  useTitle('Lint');
  const filter = useLintFilter();
  const result = useInfiniteQuery(lintQuery(filter.query));
  const pages = result.data?.pages ?? [];
  const first = pages[0];
  const findings = pages.flatMap((page) => page.findings);
  return (
    <>
      <div className={classes.head}>
        <h1>
          Lint <span className={classes.dim}>{first && plural(first.total, 'finding')}</span>
        </h1>
        {first && (
          <span className={classes.dim} title={first.commit.id}>
            in {plural(first.files, 'file')} at <code>{shortCommit(first.commit.id)}</code>{' '}
            {first.commit.subject}
          </span>
        )}
        <Anchor component={Link} href="/used-by">
          Find who uses a name
        </Anchor>
      </div>
      <LintFilter page={first} filter={filter} />
      {first && <Baseline baseline={first.baseline} />}
      {first === undefined || result.error ? (
        <QueryFallback what="the findings" readsTests query={result} />
      ) : findings.length === 0 ? (
        <NoFindings isFiltered={Object.keys(filter.query).some((name) => name !== 'environment')} />
      ) : (
        <div aria-busy={result.isPlaceholderData}>
          <FindingsTable
            findings={findings}
            environment={filter.environment}
            hasBaseline={first.baseline !== null}
            more={first.total - findings.length}
            isLoading={result.isFetchingNextPage}
            onMore={() => void result.fetchNextPage()}
          />
        </div>
      )}
    </>
  );
}

function Baseline({ baseline }: Pick<LintPage, 'baseline'>) {
  if (baseline === null) return null;
  const { findings, outdated, problem } = baseline;
  return (
    <p className={classes.dim}>
      {problem ?? `The baseline matre-lint.json has ${plural(findings, 'finding')}`}
      {problem === null && (outdated > 0 ? `, ${outdated.toLocaleString()} of them outdated.` : '.')}
    </p>
  );
}

function NoFindings({ isFiltered }: { isFiltered: boolean }) {
  if (!isFiltered)
    return <EmptyState title="No findings">The files of the test modules are clean.</EmptyState>;
  return (
    <EmptyState title="No findings match these filters">
      <Anchor component={Link} href="/lint">
        Show all findings
      </Anchor>
    </EmptyState>
  );
}
