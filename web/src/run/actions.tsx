import { Button, Popover } from '@mantine/core';
import { IconArrowBarToUp, IconArrowsLeftRight, IconBan, IconRefresh } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { RunView } from '#src/operations/core/views.ts';
import type { cancelRun, prioritiseRun, retryRun } from '#src/operations/runs/runs.ts';
import { newKey, post } from '../api/request.ts';
import { comparePage } from '../compare/queries.ts';
import { ReportMenu } from '../reports/report-menu.tsx';
import { ActionButton } from '../ui/action-button.tsx';
import { useAction } from '../ui/use-action.ts';
import classes from './actions.module.css';
import { Pin } from './pin.tsx';
import { retryText } from './retry-text.ts';
import { WatchLive } from './watch-live.tsx';

/** The actions for the current state of a run. */
export function RunActions({ run, done }: { run: RunView; done: number }) {
  const isFinished = run.state === 'finished';
  return (
    <div className={classes.actions}>
      {run.state === 'running' && <WatchLive id={run.id} />}
      {run.state === 'queued' && <Front id={run.id} />}
      {!isFinished && <Cancel run={run} done={done} />}
      {isFinished && <RetryButtons run={run} />}
      {isFinished && <Pin run={run} />}
      {isFinished && done > 0 && <CompareWithLast id={run.id} />}
      {done > 0 && <ReportMenu runs={[run.id]} fileName={`matre-run-${run.id}`} />}
    </div>
  );
}

function Front({ id }: { id: number }) {
  const front = useAction({
    run: () => post<typeof prioritiseRun>(`/api/runs/${id}/priority`, { front: true }),
    successMessage: ({ environment }) => `Run ${id} is next in ${environment}'s queue.`,
    invalidates: [['run', id], ['overview']],
  });
  return (
    <ActionButton
      requiredRole="operator"
      variant="default"
      leftSection={<IconArrowBarToUp size={14} aria-hidden />}
      loading={front.isPending}
      onClick={() => front.mutate()}
    >
      Move to front
    </ActionButton>
  );
}

/** Asks for confirmation, because an hour of tests can be lost and cannot be resumed. */
function Cancel({ run, done }: { run: RunView; done: number }) {
  const [dialogOpened, setDialogOpened] = useState(false);
  const cancel = useAction({
    run: () => post<typeof cancelRun>(`/api/runs/${run.id}/cancel`),
    successMessage: (after) =>
      after.state === 'finished'
        ? `Run ${run.id} was cancelled.`
        : `Run ${run.id} ends as soon as its current test has stopped.`,
    invalidates: [['run', run.id], ['overview']],
    onSuccess: () => setDialogOpened(false),
  });
  return (
    <Popover
      opened={dialogOpened}
      onChange={setDialogOpened}
      position="bottom-end"
      width={280}
      trapFocus
      withArrow
      shadow="md"
    >
      <Popover.Target>
        <ActionButton
          requiredRole="operator"
          disabledReason={run.cancelRequested ? 'The run is already being cancelled.' : undefined}
          variant="default"
          leftSection={<IconBan size={14} aria-hidden />}
          onClick={() => setDialogOpened(!dialogOpened)}
        >
          Cancel
        </ActionButton>
      </Popover.Target>
      <Popover.Dropdown aria-label={`Cancel run ${run.id}`}>
        <p>
          {run.state === 'queued'
            ? 'The run has not started. It stays in the list as cancelled.'
            : `The current test is stopped. The results of ${done} of ${run.counts.planned} tests are kept.`}
        </p>
        <div className={classes.buttons}>
          <Button variant="default" onClick={() => setDialogOpened(false)}>
            Keep the run
          </Button>
          <Button color="red.8" loading={cancel.isPending} onClick={() => cancel.mutate()}>
            Cancel run {run.id}
          </Button>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

function RetryButtons({ run }: { run: RunView }) {
  const partText = retryText(run.counts);
  return (
    <>
      {partText !== undefined && (
        <Retry run={run} failedOnly>
          {run.filesRemovedAt === null ? partText : `${partText} in a new run`}
        </Retry>
      )}
      <Retry run={run} failedOnly={false} quiet={partText !== undefined}>
        {partText === undefined ? 'Retry' : 'Retry all'}
      </Retry>
    </>
  );
}

interface RetryProps {
  run: RunView;
  /** Only the tests that failed, were broken or have no result, as another attempt of the run as long as it has its files. */
  failedOnly: boolean;
  /** Less prominent, next to the preferred button. */
  quiet?: boolean;
  children: React.ReactNode;
}

function Retry({ run, failedOnly, quiet = false, children }: RetryProps) {
  const { id } = run;
  const newRun = failedOnly && run.filesRemovedAt !== null;
  // One idempotency key per retry: a second click after a lost response creates no duplicate.
  const [key, setKey] = useState(newKey);
  const retry = useAction({
    run: () =>
      post<typeof retryRun>(`/api/runs/${id}/retry`, { failedOnly, newRun, requestedBy: 'page' }, { key }),
    successMessage: (queued) =>
      queued.id === id
        ? `Run ${id} is queued on ${queued.environment} for another attempt.`
        : `Run ${queued.id} is queued on ${queued.environment}. This run links to it under "Retried as".`,
    invalidates: [['run', id], ['runs'], ['overview']],
    onSuccess: () => setKey(newKey()),
  });
  return (
    <ActionButton
      requiredRole="operator"
      variant={quiet ? 'default' : 'filled'}
      className={classes.retry}
      classNames={{ label: classes.label }}
      leftSection={<IconRefresh size={14} aria-hidden />}
      loading={retry.isPending}
      onClick={() => retry.mutate()}
    >
      {children}
    </ActionButton>
  );
}

function CompareWithLast({ id }: { id: number }) {
  return (
    <Button
      component={Link}
      href={comparePage(`before:${id}`, `run:${id}`)}
      variant="default"
      leftSection={<IconArrowsLeftRight size={14} aria-hidden />}
    >
      Compare with the last run
    </Button>
  );
}
