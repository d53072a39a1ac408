import { Button, Popover } from '@mantine/core';
import { IconArrowBarToUp, IconBan, IconDownload, IconRefresh } from '@tabler/icons-react';
import { useState } from 'react';
import type { RunView } from '../../../src/operations/core/views.ts';
import type { reportJunit } from '../../../src/operations/runs/run-record.ts';
import type { cancelRun, prioritiseRun, retryRun } from '../../../src/operations/runs/runs.ts';
import { get, newKey, post } from '../api/request.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { plural } from '../ui/format.ts';
import { useAction } from '../ui/use-action.ts';
import classes from './actions.module.css';
import { WatchLive } from './watch-live.tsx';

/** What can be done with a run as it is. */
export function RunActions({ run, done }: { run: RunView; done: number }) {
  const isFinished = run.state === 'finished';
  return (
    <div className={classes.actions}>
      {run.state === 'running' && <WatchLive id={run.id} />}
      {run.state === 'queued' && <Front id={run.id} />}
      {!isFinished && <Cancel run={run} done={done} />}
      {isFinished && <RetryButtons run={run} />}
      {done > 0 && <Junit id={run.id} />}
    </div>
  );
}

function Front({ id }: { id: number }) {
  const front = useAction({
    run: () => post<typeof prioritiseRun>(`/api/runs/${id}/priority`, { front: true }),
    done: ({ environment }) => `Run ${id} is the next of ${environment}.`,
    touches: [['run', id], ['overview']],
  });
  return (
    <ActionButton
      needs="operator"
      variant="default"
      leftSection={<IconArrowBarToUp size={14} aria-hidden />}
      loading={front.isPending}
      onClick={() => front.mutate()}
    >
      To the front
    </ActionButton>
  );
}

/** Asks back: an hour of tests is cancelled by one click, and cannot be taken up again. */
function Cancel({ run, done }: { run: RunView; done: number }) {
  const [asks, setAsks] = useState(false);
  const cancel = useAction({
    run: () => post<typeof cancelRun>(`/api/runs/${run.id}/cancel`),
    done: (after) =>
      after.state === 'finished'
        ? `Run ${run.id} is cancelled.`
        : `Run ${run.id} ends as soon as its test is stopped.`,
    touches: [['run', run.id], ['overview']],
    onDone: () => setAsks(false),
  });
  return (
    <Popover
      opened={asks}
      onChange={setAsks}
      position="bottom-end"
      width={280}
      trapFocus
      withArrow
      shadow="md"
    >
      <Popover.Target>
        <ActionButton
          needs="operator"
          unless={run.cancelRequested ? 'It is being cancelled already.' : undefined}
          variant="default"
          leftSection={<IconBan size={14} aria-hidden />}
          onClick={() => setAsks(!asks)}
        >
          Cancel
        </ActionButton>
      </Popover.Target>
      <Popover.Dropdown aria-label={`Cancel run ${run.id}`}>
        <p>
          {run.state === 'queued'
            ? 'It has not started. It will be kept as cancelled.'
            : `${plural(done, 'result')} of ${run.counts.planned} will be kept; the test under way is stopped.`}
        </p>
        <div className={classes.answers}>
          <Button variant="default" onClick={() => setAsks(false)}>
            Let it go on
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
  const { planned, passed, skipped } = run.counts;
  const unsuccessful = planned - passed - skipped;
  return (
    <>
      {unsuccessful > 0 && unsuccessful < planned && (
        <Retry id={run.id} failedOnly>
          Retry {unsuccessful} failed
        </Retry>
      )}
      <Retry id={run.id} failedOnly={false} quiet={unsuccessful > 0 && unsuccessful < planned}>
        {unsuccessful > 0 && unsuccessful < planned ? 'Retry all' : 'Retry'}
      </Retry>
    </>
  );
}

interface RetryProps {
  id: number;
  failedOnly: boolean;
  /** There is a better one beside it. */
  quiet?: boolean;
  children: React.ReactNode;
}

function Retry({ id, failedOnly, quiet = false, children }: RetryProps) {
  // A key for each retry: pressing again after an answer that was lost makes nothing twice.
  const [key, setKey] = useState(newKey);
  const retry = useAction({
    run: () => post<typeof retryRun>(`/api/runs/${id}/retry`, { failedOnly, requestedBy: 'page' }, { key }),
    done: (made) => `Run ${made.id} is queued on ${made.environment}. It stands at the head of this run.`,
    touches: [['runs'], ['overview']],
    onDone: () => setKey(newKey()),
  });
  return (
    <ActionButton
      needs="operator"
      variant={quiet ? 'default' : 'filled'}
      leftSection={<IconRefresh size={14} aria-hidden />}
      loading={retry.isPending}
      onClick={() => retry.mutate()}
    >
      {children}
    </ActionButton>
  );
}

function Junit({ id }: { id: number }) {
  const download = useAction({
    run: () => get<typeof reportJunit>('/api/junit', { query: { ids: id } }),
    onDone: ({ xml }) => {
      const address = URL.createObjectURL(new Blob([xml], { type: 'application/xml' }));
      Object.assign(document.createElement('a'), { href: address, download: `matre-run-${id}.xml` }).click();
      URL.revokeObjectURL(address);
    },
  });
  return (
    <Button
      variant="default"
      leftSection={<IconDownload size={14} aria-hidden />}
      loading={download.isPending}
      onClick={() => download.mutate()}
    >
      JUnit
    </Button>
  );
}
