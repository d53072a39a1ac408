import { memo } from 'react';
import { clock, plural } from '../../ui/format.ts';
import { statusOfRun } from '../../ui/status.tsx';
import classes from './lanes.module.css';
import type { RunPiece } from './layout.ts';

interface Props {
  runs: readonly [RunPiece, ...RunPiece[]];
  environment: string;
  isStop: boolean;
  onOpen: (opened: OpenedCluster) => void;
}

export interface OpenedCluster {
  runs: RunPiece['bar'][];
  title: string;
  /** The clicked element, which gets the focus back. */
  button: HTMLElement;
}

/** Runs too short and too close together to click one by one. Each is drawn at its time; a click lists them. */
export const Cluster = memo(function Cluster({ runs, environment, isStop, onOpen }: Props) {
  const [{ start }] = runs;
  const end = Math.max(...runs.map((run) => run.end ?? run.start));
  const title = clusterLabel(runs, environment);
  const share = (seconds: number) => `${(seconds / Math.max(end - start, 1)) * 100}%`;
  return (
    <button
      type="button"
      className={classes.cluster}
      style={{ '--start': start, '--end': end }}
      data-cluster={runs.length}
      tabIndex={isStop ? 0 : -1}
      aria-haspopup="dialog"
      aria-label={title}
      title={title}
      onClick={({ currentTarget }) =>
        onOpen({ runs: runs.map(({ bar }) => bar), title, button: currentTarget })
      }
    >
      {runs.map((run) => (
        <span
          key={run.bar.id}
          className={classes.strip}
          style={{ left: share(run.start - start), width: share((run.end ?? run.start) - run.start) }}
          data-status={statusOfRun(run.bar)}
        />
      ))}
    </button>
  );
});

/** `3 runs on preprod-us, 09:10 to 09:12: 2 passed, 1 failed` */
function clusterLabel(runs: readonly RunPiece[], environment: string): string {
  const verdicts = new Map<string, number>();
  for (const { bar } of runs) verdicts.set(statusOfRun(bar), (verdicts.get(statusOfRun(bar)) ?? 0) + 1);
  const counts = [...verdicts].map(([verdict, count]) => `${count} ${verdict}`);
  const [from, to] = [runs[0], runs.at(-1)].map((run) => clock(new Date(run?.bar.startedAt ?? 0)));
  const when = from === to ? from : `${from} to ${to}`;
  return `${plural(runs.length, 'run')} on ${environment}, ${when}: ${counts.join(', ')}`;
}
