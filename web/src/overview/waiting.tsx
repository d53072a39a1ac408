import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconArrowBarToUp, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { OverviewView, QueuedView } from '#src/operations/overview/overview-view.ts';
import type { cancelRun, prioritiseRun } from '#src/operations/runs/runs.ts';
import { post } from '../api/request.ts';
import { useRefusal } from '../api/session.ts';
import { waitingColumns } from '../queue/waiting-columns.tsx';
import { plural } from '../ui/format.ts';
import { DataTable } from '../ui/table/data-table.tsx';
import { useAction } from '../ui/use-action.ts';
import classes from './waiting.module.css';

/** The initial number of rows: every change renders them all again, and users seldom need more. */
const initialRows = 8;

/** The queued runs, in the expected order of their start, with the reason why each waits. */
export function WaitingRuns({ overview, queue }: { overview: OverviewView; queue: QueuedView[] }) {
  const { run, environment, tests, reason, start, duration, requestedBy, submitted } = waitingColumns(
    Date.parse(overview.at),
  );
  const [showsAll, setAll] = useState(false);
  const visibleRuns = showsAll ? queue : queue.slice(0, initialRows);
  const runsNotListed = overview.queued.runs - overview.queue.length;
  return (
    <section aria-labelledby="waiting" className={classes.waiting}>
      <h2 id="waiting">
        Waiting <span className={classes.count}>{overview.queued.runs}</span>
      </h2>
      <p className={classes.reasons}>{reasonsText(queue)}</p>
      <DataTable
        labelledBy="waiting"
        rows={visibleRuns}
        rowKey={({ id }) => id}
        columns={[run, environment, tests, reason, start, duration, requestedBy, submitted]}
        actions={(run) => <Actions run={run} />}
      />
      {visibleRuns.length < queue.length && (
        <Button variant="subtle" className={classes.all} onClick={() => setAll(true)}>
          Show all {queue.length.toLocaleString()}
        </Button>
      )}
      {visibleRuns.length === queue.length && runsNotListed > 0 && (
        <p className={classes.more}>and {plural(runsNotListed, 'more run')}.</p>
      )}
    </section>
  );
}

const reasons: Record<QueuedView['waits']['code'], string> = {
  'environment-paused': 'environment paused',
  'wait-limit': 'cancelled: waited too long',
  reserved: 'environment reserved',
  'environment-busy': 'environment busy',
  behind: 'behind another run',
  retry: 'retry later',
  'locks-unreachable': 'Redis unreachable',
  'engine-away': 'container engine unreachable',
  'environment-locked': 'environment locked',
  'workers-wait': 'workers wait',
  'no-worker': 'no worker',
  'no-free-worker': 'no free worker',
  starting: 'starting',
};

/** Why runs wait, the most frequent reason first: `4 environment busy, 2 no free worker`. */
function reasonsText(queue: readonly QueuedView[]): string {
  const counts = new Map<string, number>();
  for (const { waits } of queue) counts.set(waits.code, (counts.get(waits.code) ?? 0) + 1);
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(([code, count]) => `${count} ${reasons[code as keyof typeof reasons]}`)
    .join(', ');
}

function Actions({ run: { id, environment, position } }: { run: QueuedView }) {
  const refusal = useRefusal('operator');
  const toFront = useAction({
    run: () => post<typeof prioritiseRun>(`/api/runs/${id}/priority`, { front: true }),
    successMessage: () => `Run ${id} is next in ${environment}'s queue.`,
    invalidates: [['overview'], ['run', id]],
  });
  const cancel = useAction({
    run: () => post<typeof cancelRun>(`/api/runs/${id}/cancel`),
    successMessage: () => `Run ${id} was cancelled.`,
    invalidates: [['overview'], ['run', id]],
  });
  const first = position === 1 ? `Already next in ${environment}'s queue.` : undefined;
  return (
    <>
      <IconAction
        what={`Move run ${id} to the front of ${environment}'s queue`}
        disabledReason={refusal ?? first}
        busy={toFront.isPending}
        onClick={() => toFront.mutate()}
      >
        <IconArrowBarToUp size={16} aria-hidden />
      </IconAction>
      <IconAction
        what={`Cancel run ${id}`}
        disabledReason={refusal}
        busy={cancel.isPending}
        onClick={() => cancel.mutate()}
      >
        <IconX size={16} aria-hidden />
      </IconAction>
    </>
  );
}

interface IconActionProps {
  what: string;
  /** Why the action is unavailable. */
  disabledReason: string | undefined;
  busy: boolean;
  onClick: () => void;
  children: React.ReactNode;
}

function IconAction({ what, disabledReason, busy, onClick, children }: IconActionProps) {
  return (
    <Tooltip label={disabledReason === undefined ? what : `${what}: ${disabledReason}`}>
      <ActionIcon
        variant="subtle"
        size="sm"
        aria-label={what}
        loading={busy}
        {...(disabledReason !== undefined && { 'data-disabled': true, 'aria-disabled': true })}
        onClick={disabledReason === undefined ? onClick : undefined}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
