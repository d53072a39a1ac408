import { type RefObject, useEffect, useState } from 'react';
import type { BarView, LaneView } from '#src/operations/overview/overview-view.ts';
import { Counts, CountsBar } from '../../ui/counts.tsx';
import { approxDuration, shortCommit } from '../../ui/format.ts';
import { StatusBadge, statusOfRun } from '../../ui/status.tsx';
import { Elapsed, Time } from '../../ui/time.tsx';
import classes from './bar-card.module.css';

/** One card for all bars: it opens at the bar under the pointer or with the focus. Screen readers get the label of the bar instead. */
export function BarCard({
  board,
  lanes,
}: {
  board: RefObject<HTMLElement | null>;
  lanes: readonly LaneView[];
}) {
  const [open, setOpen] = useState<{ id: number; left: number; top: number }>();

  useEffect(() => {
    const { current } = board;
    if (current === null) return;
    const show = ({ target }: Event) => {
      if (!(target instanceof Element)) return;
      // The card stays open while the pointer is on it, so that its text can be read or copied.
      if (target.closest(`.${classes.card}`)) return;
      const bar = target.closest<HTMLElement>('[data-run]');
      if (!bar) return setOpen(undefined);
      const { left, bottom } = bar.getBoundingClientRect();
      const maxLeft = document.documentElement.clientWidth - 340;
      setOpen({
        id: Number(bar.dataset['run']),
        left: Math.max(8, Math.min(left, maxLeft)),
        top: bottom + 4,
      });
    };
    const hide = () => setOpen(undefined);
    const leave = (event: KeyboardEvent) => event.key === 'Escape' && hide();
    current.addEventListener('pointerover', show);
    current.addEventListener('focusin', show);
    current.addEventListener('pointerleave', hide);
    current.addEventListener('focusout', hide);
    window.addEventListener('scroll', hide, { passive: true });
    document.addEventListener('keydown', leave);
    return () => {
      current.removeEventListener('pointerover', show);
      current.removeEventListener('focusin', show);
      current.removeEventListener('pointerleave', hide);
      current.removeEventListener('focusout', hide);
      window.removeEventListener('scroll', hide);
      document.removeEventListener('keydown', leave);
    };
  }, [board]);

  if (!open) return null;
  const lane = lanes.find(({ bars }) => bars.some(({ id }) => id === open.id));
  const bar = lane?.bars.find(({ id }) => id === open.id);
  if (!lane || !bar) return null;
  return (
    <div className={classes.card} style={{ left: open.left, top: open.top }} aria-hidden>
      <BarFacts bar={bar} lane={lane} />
    </div>
  );
}

function BarFacts({ bar, lane }: { bar: BarView; lane: LaneView }) {
  const { counts, commit } = bar;
  const running = lane.running?.id === bar.id ? lane.running : null;
  return (
    <>
      <div className={classes.title}>
        <span>
          #{bar.id} {bar.summary}
        </span>
        <StatusBadge status={statusOfRun(bar)}>{bar.phase ?? undefined}</StatusBadge>
      </div>
      {running ? (
        <span className={classes.progress}>
          <span style={{ width: `${running.percent}%` }} />
        </span>
      ) : (
        counts.planned > 0 && <CountsBar counts={counts} />
      )}
      <dl className={classes.facts}>
        <dt>Tests</dt>
        <dd>
          {running ? `${running.done} of ${running.planned}` : counts.planned} <Counts counts={counts} />
        </dd>
        {bar.reason !== null && (
          <>
            <dt>Reason</dt>
            <dd>{bar.reason.toLowerCase().replaceAll('_', ' ')}</dd>
          </>
        )}
        {running?.current.map(({ test }) => (
          <Fact key={test} name="Current test" value={test} />
        ))}
        <dt>Started</dt>
        <dd>
          <Time at={bar.startedAt} as="clock" /> by {bar.requestedBy}
        </dd>
        <dt>{bar.finishedAt === null ? 'Running for' : 'Duration'}</dt>
        <dd>
          <Elapsed since={bar.startedAt} until={bar.finishedAt} />
          {running?.msLeft != null && `, ${approxDuration(running.msLeft)} left`}
        </dd>
        {commit !== null && <Fact name="Commit" value={`${shortCommit(commit.id)} ${commit.subject}`} />}
        {bar.attempt > 1 && <Fact name="Attempt" value={String(bar.attempt)} />}
      </dl>
    </>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
