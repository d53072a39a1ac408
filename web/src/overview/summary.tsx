import { IconAlertTriangle } from '@tabler/icons-react';
import type { OverviewView } from '../../../src/operations/overview/overview-view.ts';
import { duration, plural } from '../ui/format.ts';
import classes from './summary.module.css';

/** Whether the machinery is well, in one line. What is not has a sign and a colour; what is well is quiet. */
export function Summary({ overview }: { overview: OverviewView }) {
  const { workers, locks, containers, queued } = overview;
  return (
    <dl className={classes.summary} aria-label="Summary">
      <Item name="workers" trouble={workers.slots === 0 ? 'broken' : workers.lost > 0 ? 'flaky' : undefined}>
        {workers.busy} of {workers.slots} busy
        {workers.hosts > 1 && `, ${plural(workers.hosts, 'host')}`}
        {workers.lost > 0 && `, ${workers.lost} lost`}
        {workers.slots === 0 && ': nothing is started'}
      </Item>
      <Item name="locks" trouble={locks.reachable ? undefined : 'broken'}>
        <span title={locks.message ?? undefined}>
          {locks.kind === 'redis' ? 'Redis' : 'in process'} {locks.reachable ? 'ok' : 'unreachable'}
        </span>
      </Item>
      <Item
        name="containers"
        trouble={containers === null ? 'broken' : containers.stale > 0 ? 'flaky' : undefined}
      >
        {containers === null
          ? 'engine does not answer'
          : `${containers.healthy} healthy${containers.stale > 0 ? `, ${containers.stale} stale` : ''}`}
      </Item>
      <Item name="queue">
        {queued.runs === 0 ? (
          'empty'
        ) : (
          // The list of them (waiting.tsx), which many lanes push far down.
          <a href="#waiting">
            {plural(queued.runs, 'run')}
            {queued.oldestMs !== null && `, oldest ${duration(queued.oldestMs)}`}
          </a>
        )}
      </Item>
    </dl>
  );
}

function Item({
  name,
  trouble,
  children,
}: {
  name: string;
  trouble?: 'broken' | 'flaky';
  children: React.ReactNode;
}) {
  return (
    <div className={classes.item} data-trouble={trouble}>
      <dt>{name}</dt>
      <dd>
        {trouble && <IconAlertTriangle size={14} role="img" aria-label="Look at this" />}
        {children}
      </dd>
    </div>
  );
}
