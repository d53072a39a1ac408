import { Popover } from '@mantine/core';
import type { KeyboardEvent } from 'react';
import { Link } from 'wouter';
import { clock, duration } from '../../ui/format.ts';
import { StatusSign, statusOfRun } from '../../ui/status.tsx';
import type { OpenedCluster } from './cluster.tsx';
import classes from './cluster-list.module.css';

/** The runs of a clicked cluster, the latest first. Arrow keys move between them; Escape returns the focus to the cluster. */
export function ClusterList({
  cluster: { runs, title, button },
  onClose,
}: {
  cluster: OpenedCluster;
  onClose: () => void;
}) {
  const { left, top, width, height } = button.getBoundingClientRect();
  const close = () => {
    onClose();
    button.focus({ preventScroll: true });
  };
  return (
    <Popover opened onChange={close} trapFocus withRoles={false} position="bottom-start" shadow="md">
      <Popover.Target>
        <span className={classes.place} style={{ left, top, width, height }} />
      </Popover.Target>
      <Popover.Dropdown role="dialog" aria-label={title} className={classes.list} onKeyDown={moveAmongRuns}>
        <p className={classes.title}>{title}</p>
        <ul>
          {runs.toReversed().map((bar) => (
            <li key={bar.id}>
              <Link href={`/runs/${bar.id}`} className={classes.run}>
                <StatusSign status={statusOfRun(bar)} size={12} />
                <b>#{bar.id}</b>
                <span className={classes.summary}>{bar.summary}</span>
                <span className={classes.status}>{statusOfRun(bar)}</span>
                <span className={classes.when}>
                  {clock(new Date(bar.startedAt))}
                  {bar.finishedAt !== null &&
                    `, ${duration(Date.parse(bar.finishedAt) - Date.parse(bar.startedAt))}`}
                </span>
              </Link>
            </li>
          ))}
        </ul>
      </Popover.Dropdown>
    </Popover>
  );
}

function moveAmongRuns(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0) return;
  const links = [...event.currentTarget.querySelectorAll<Element>('a')];
  const next = links[links.indexOf(document.activeElement as Element) + step];
  event.preventDefault();
  if (next instanceof HTMLElement) next.focus();
}
