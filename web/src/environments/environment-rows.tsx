import { ActionIcon, Anchor, Tooltip, VisuallyHidden } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { listPool } from '#src/operations/containers/containers.ts';
import type { showOverview } from '#src/operations/overview/overview.ts';
import { get, type OutputOf } from '../api/request.ts';
import { Time } from '../ui/time.tsx';
import { EnvironmentState } from './environment-state.tsx';
import classes from './environments.module.css';
import { PauseOrResume } from './pause.tsx';
import type { Lane } from './queries.ts';
import { RunCells } from './recent-runs/run-strip.tsx';

type Container = OutputOf<typeof listPool>['containers'][number];
type Bars = OutputOf<typeof showOverview>['lanes'][number]['bars'];

const maxRuns = 10;
const dayMs = 24 * 60 * 60 * 1000;
/** Polls finished runs and containers, because the events of all environments would cause too many requests. */
const pollMs = 20_000;

export function EnvironmentRows({ lanes }: { lanes: Lane[] }) {
  const pool = useQuery({
    queryKey: ['containers'],
    queryFn: ({ signal }) => get<typeof listPool>('/api/pool', { signal }),
    refetchInterval: pollMs,
    retry: false,
  });
  const recentRuns = useQuery({
    queryKey: ['recent-runs'],
    queryFn: ({ signal }) => {
      const from = new Date(Date.now() - 3 * dayMs).toISOString();
      return get<typeof showOverview>('/api/overview', { query: { from }, signal });
    },
    refetchInterval: pollMs,
    placeholderData: keepPreviousData,
  });
  const barsOf = new Map(recentRuns.data?.lanes.map(({ code, bars }) => [code, bars]));
  return (
    <div className={classes.scroll}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Environment</th>
            <th scope="col" className={classes.name}>
              Name
            </th>
            <th scope="col">State</th>
            <th scope="col" className={classes.number}>
              Waiting
            </th>
            <th scope="col">Last runs</th>
            <th scope="col">Container</th>
            <th scope="col">
              <VisuallyHidden>Actions</VisuallyHidden>
            </th>
          </tr>
        </thead>
        <tbody>
          {lanes.map((lane) => (
            <Row
              key={lane.code}
              lane={lane}
              bars={barsOf.get(lane.code)}
              containers={pool.data?.containers.filter(({ environment }) => environment === lane.code)}
              isEngineUnreachable={pool.isError}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  lane: Lane;
  bars: Bars | undefined;
  containers: Container[] | undefined;
  isEngineUnreachable: boolean;
}

function Row({ lane, bars, containers, isEngineUnreachable }: RowProps) {
  const { code, name, paused, queued } = lane;
  return (
    <tr>
      <th scope="row">
        <Anchor component={Link} href={`/environments/${code}`} className={classes.code}>
          {code}
        </Anchor>
      </th>
      <td className={classes.name}>{name !== code && name}</td>
      <td className={classes.state}>
        <EnvironmentState lane={lane} />
        {paused && (
          <span className={classes.reason} title={paused.reason}>
            <Time at={paused.since} />: “{paused.reason}”
          </span>
        )}
      </td>
      <td className={classes.number}>{queued > 0 && queued}</td>
      <td>
        {bars && bars.length > 0 ? (
          <RunCells runs={bars.slice(-maxRuns)} />
        ) : (
          <Placeholder>{bars && 'none in 3 days'}</Placeholder>
        )}
      </td>
      <td className={classes.container}>
        <Containers containers={containers} isEngineUnreachable={isEngineUnreachable} />
      </td>
      <td className={classes.actions}>
        <Tooltip label={`New run on ${code}`}>
          <ActionIcon
            component={Link}
            href={`/new?env=${code}`}
            variant="default"
            size="sm"
            aria-label={`New run on ${code}`}
          >
            <IconPlus size={14} aria-hidden />
          </ActionIcon>
        </Tooltip>
        <PauseOrResume code={code} isPaused={paused !== null} size="compact-xs" />
      </td>
    </tr>
  );
}

function Containers({
  containers,
  isEngineUnreachable,
}: Pick<RowProps, 'containers' | 'isEngineUnreachable'>) {
  if (isEngineUnreachable) return <Placeholder>engine unreachable</Placeholder>;
  if (!containers) return null;
  if (containers.length === 0) return <Placeholder>none yet</Placeholder>;
  const stale = containers.find(({ note }) => note !== null);
  const running = containers.filter(({ state }) => state === 'running').length;
  const prefix = containers.length > 1 ? `${running} of ${containers.length} ` : '';
  if (stale) {
    return (
      <span title={stale.note ?? undefined} className={classes.stale}>
        stale: {stale.note}
      </span>
    );
  }
  return (
    <span>
      {prefix}
      {running > 0 ? 'running' : containers[0]?.state}
    </span>
  );
}

function Placeholder({ children }: { children: React.ReactNode }) {
  return <span className={classes.placeholder}>{children}</span>;
}
