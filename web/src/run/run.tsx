import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import type { RunView } from '#src/operations/core/views.ts';
import { toProblem } from '../api/problem.ts';
import { LogPanel } from '../log/log-panel.tsx';
import { useLineAddress } from '../log/model/line-address.ts';
import type { TestRequest } from '../log/use-scroll-targets.ts';
import { MessageSection } from '../messages/message-section.tsx';
import { useAnnounce } from '../ui/announce.tsx';
import { useQueryState } from '../ui/query-state.ts';
import { EmptyState, ErrorState, Loading } from '../ui/states.tsx';
import { statusOfRun } from '../ui/status.tsx';
import { type TabStatus, useTitle } from '../ui/title.ts';
import { FilesRemoved } from './files-removed.tsx';
import { RunHead } from './head.tsx';
import { RunHooks, UrgentHooks } from './hooks.tsx';
import { progressQuery } from './queries.ts';
import classes from './run.module.css';
import { RunTests } from './tests/tests.tsx';

export default function Run({ params }: { params: { id: string } }) {
  if (/^[1-9]\d{0,14}$/.test(params.id)) return <RunPage id={Number(params.id)} />;
  return (
    <EmptyState title={`"${params.id}" is not a run number`}>
      <AllRunsLink />
    </EmptyState>
  );
}

/** A run: its progress, its failures and its log. */
function RunPage({ id }: { id: number }) {
  const { data: progress, dataUpdatedAt, error, refetch } = useQuery(progressQuery(id));
  const [line, setLine] = useLineAddress();
  const [size, setSize] = useQueryState('log', line === undefined ? '' : 'open');
  const [goTo, setGoTo] = useState<TestRequest>();
  const run = progress?.run;
  useTitle(run ? `#${id} ${statusOfRun(run)}, ${run.environment}` : `Run ${id}`, run && tabStatusOf(run));
  useVerdictAnnouncement(id, run?.verdict ?? null, run !== undefined);

  if (!progress || !run) {
    if (!error) return <Loading what={`run ${id}`} />;
    return (
      <>
        <ErrorState
          error={error}
          onRetry={toProblem(error).status === 404 ? undefined : () => void refetch()}
        />
        <p className={classes.note}>
          <AllRunsLink />
        </p>
      </>
    );
  }
  const panelSize = size === 'open' || size === 'full' ? size : '';
  return (
    <>
      <RunHead progress={progress} receivedAt={dataUpdatedAt} />
      <UrgentHooks id={id} />
      <RunTests
        run={run}
        onLog={({ test, failure }) => {
          setGoTo({ test, failed: failure !== null, step: failure?.step?.title });
          if (panelSize === '') setSize('open');
        }}
      />
      <RunHooks id={id} />
      {run.submissionId !== null && <MessageSection submission={run.submissionId} run={id} />}
      {run.filesRemovedAt ? (
        <FilesRemoved at={run.filesRemovedAt} />
      ) : (
        <LogPanel
          id={id}
          live={run.state === 'running'}
          size={panelSize}
          onSize={(next) => {
            if (next === '') setLine(undefined);
            setSize(next);
          }}
          goTo={goTo}
        />
      )}
    </>
  );
}

/** The icon of the tab. The title has the word. */
function tabStatusOf({ state, verdict }: RunView): TabStatus {
  if (state === 'running') return 'running';
  return verdict === 'failed' || verdict === 'broken' ? 'failing' : undefined;
}

const AllRunsLink = () => (
  <Anchor component={Link} href="/runs">
    Show all runs
  </Anchor>
);

/** Announces to screen readers when the open run ends. */
function useVerdictAnnouncement(id: number, verdict: string | null, isLoaded: boolean): void {
  const announce = useAnnounce();
  const lastVerdict = useRef<string | null | undefined>(undefined);
  useEffect(() => {
    if (!isLoaded) return;
    if (lastVerdict.current === null && verdict !== null) announce(`Run ${id} finished: ${verdict}`);
    lastVerdict.current = verdict;
  }, [announce, id, verdict, isLoaded]);
}
