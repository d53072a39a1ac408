import { Anchor } from '@mantine/core';
import { Link } from 'wouter';
import type { QueuedView } from '#src/operations/overview/overview-view.ts';
import { approxDuration } from '../ui/format.ts';
import { LongText } from '../ui/long-text/long-text.tsx';
import type { Column } from '../ui/table/data-table.tsx';
import { Time } from '../ui/time.tsx';
import { ExpectedStart } from './expected-start.tsx';
import { WaitReason } from './wait-reason.tsx';
import classes from './waiting-columns.module.css';

/** The columns of lists of queued runs; `at` is the time of the server, as milliseconds. */
export function waitingColumns(at: number) {
  return {
    run: {
      name: 'Run',
      width: 'fit',
      value: ({ id }) => (
        <Anchor component={Link} href={`/runs/${id}`} className={classes.run}>
          #{id}
        </Anchor>
      ),
    },
    environment: {
      name: 'Environment',
      width: 7,
      card: 'bare',
      value: ({ environment }) => <LongText text={environment} />,
    },
    position: { name: 'Position', width: 'fit', isNumber: true, value: ({ position }) => position },
    tests: {
      name: 'Tests',
      width: 6,
      share: 1,
      card: 'bare',
      value: ({ summary }) => <LongText text={summary} />,
    },
    reason: {
      name: 'Reason',
      width: 11,
      share: 2,
      wraps: true,
      card: 'bare',
      value: ({ waits }) => (
        <div className={classes.reason} title={waits.message}>
          <WaitReason {...waits} />
        </div>
      ),
    },
    start: {
      name: 'Starts',
      width: 'fit',
      isNumber: true,
      value: ({ expectedStartAt }) => <ExpectedStart startsAt={expectedStartAt} at={at} />,
    },
    duration: {
      name: 'Est. duration',
      width: 'fit',
      isNumber: true,
      value: ({ expectedMs }) => expectedMs !== null && approxDuration(expectedMs),
    },
    requestedBy: {
      name: 'Requested by',
      width: 6.5,
      value: ({ requestedBy }) => <LongText text={requestedBy} />,
    },
    submitted: {
      name: 'Submitted',
      width: 'fit',
      isNumber: true,
      value: ({ queuedAt }) => <Time at={queuedAt} />,
    },
  } satisfies Record<string, Column<QueuedView>>;
}
