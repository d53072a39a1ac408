import { IconAlertTriangle } from '@tabler/icons-react';
import type { OverviewView } from '#src/operations/overview/overview-view.ts';
import { duration, plural } from '../ui/format.ts';
import classes from './summary.module.css';

/** The health of workers, locks, containers and queue in one line. Only problems have a sign and a colour. */
export function Summary({ overview }: { overview: OverviewView }) {
  const { workers, locks, containers, queued } = overview;
  return (
    <dl className={classes.summary} aria-label="Summary">
      <Item
        name="workers"
        trouble={workers.slots === 0 ? 'broken' : workers.lost > 0 ? 'warning' : undefined}
      >
        {workers.busy} of {workers.slots} busy
        {workers.hosts > 1 && `, ${plural(workers.hosts, 'host')}`}
        {workers.lost > 0 && `, ${workers.lost} lost`}
        {workers.slots === 0 && ': no runs can start'}
      </Item>
      <Item name="locks" trouble={locks.reachable ? undefined : 'broken'}>
        <span title={locks.message ?? undefined}>
          {locks.kind === 'redis' ? 'Redis' : 'in memory'}, {locks.reachable ? 'ok' : 'unreachable'}
        </span>
      </Item>
      <Item
        name="containers"
        trouble={containers === null ? 'broken' : containers.stale > 0 ? 'warning' : undefined}
      >
        {containers === null
          ? 'engine unreachable'
          : `${containers.healthy} healthy${containers.stale > 0 ? `, ${containers.stale} stale` : ''}`}
      </Item>
      <Item name="queue">
        {queued.runs === 0 ? (
          'empty'
        ) : (
          // Links to the list (waiting.tsx), which many lanes push far down.
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
  trouble?: 'broken' | 'warning';
  children: React.ReactNode;
}) {
  return (
    <div className={classes.item} data-trouble={trouble}>
      <dt>{name}</dt>
      <dd>
        {trouble && <IconAlertTriangle size={14} role="img" aria-label="Needs attention" />}
        {children}
      </dd>
    </div>
  );
}
