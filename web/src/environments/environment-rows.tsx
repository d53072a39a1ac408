import { ActionIcon, Anchor, Tooltip } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { dayMs } from '#src/model/duration.ts';
import type { listPool } from '#src/operations/containers/containers.ts';
import type { showOverview } from '#src/operations/overview/overview.ts';
import { get, type OutputOf } from '../api/request.ts';
import { LongText } from '../ui/long-text/long-text.tsx';
import { type Column, DataTable } from '../ui/table/data-table.tsx';
import { Time } from '../ui/time.tsx';
import { EnvironmentState } from './environment-state.tsx';
import classes from './environments.module.css';
import { PauseOrResume } from './pause.tsx';
import type { Lane } from './queries.ts';
import { RunCells } from './recent-runs/run-strip.tsx';

type Container = OutputOf<typeof listPool>['containers'][number];
type Bars = OutputOf<typeof showOverview>['lanes'][number]['bars'];

const maxRuns = 10;
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
  const rows = lanes.map(
    (lane): Row => ({
      lane,
      bars: barsOf.get(lane.code),
      containers: pool.data?.containers.filter(({ environment }) => environment === lane.code),
      isEngineUnreachable: pool.isError,
    }),
  );
  return (
    <DataTable
      label="Environments"
      rows={rows}
      rowKey={({ lane }) => lane.code}
      columns={columns}
      actions={({ lane }) => <Actions lane={lane} />}
    />
  );
}

interface Row {
  lane: Lane;
  bars: Bars | undefined;
  containers: Container[] | undefined;
  isEngineUnreachable: boolean;
}

const columns: Column<Row>[] = [
  {
    name: 'Environment',
    width: 10,
    share: 2,
    value: ({ lane: { code } }) => (
      <Anchor component={Link} href={`/environments/${code}`} className={classes.code}>
        <LongText text={code} />
      </Anchor>
    ),
  },
  {
    name: 'Name',
    width: 5,
    share: 1,
    card: 'bare',
    value: ({ lane: { name, code } }) =>
      name !== code && (
        <Placeholder>
          <LongText text={name} />
        </Placeholder>
      ),
  },
  {
    name: 'State',
    // Half a sentence of the reason, also beside the longest codes.
    width: 15,
    share: 3,
    wraps: true,
    card: 'bare',
    value: ({ lane }) => (
      <>
        <EnvironmentState lane={lane} />
        {lane.paused && (
          <div className={classes.reason}>
            <Time at={lane.paused.since} />
            <LongText text={`“${lane.paused.reason}”`} isSentence />
          </div>
        )}
      </>
    ),
  },
  { name: 'Waiting', width: 'fit', isNumber: true, value: ({ lane: { queued } }) => queued > 0 && queued },
  {
    name: 'Last runs',
    width: 'fit',
    value: ({ bars }) =>
      bars && bars.length > 0 ? (
        <RunCells runs={bars.slice(-maxRuns)} />
      ) : (
        bars && <Placeholder>none in 3 days</Placeholder>
      ),
  },
  { name: 'Container', width: 6, share: 1, value: (row) => <Containers {...row} /> },
];

function Actions({ lane: { code, paused } }: { lane: Lane }) {
  return (
    <>
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
    </>
  );
}

function Containers({ containers, isEngineUnreachable }: Pick<Row, 'containers' | 'isEngineUnreachable'>) {
  if (isEngineUnreachable) return <Placeholder>engine unreachable</Placeholder>;
  if (!containers) return null;
  if (containers.length === 0) return <Placeholder>none yet</Placeholder>;
  const stale = containers.find(({ note }) => note !== null);
  const running = containers.filter(({ state }) => state === 'running').length;
  const prefix = containers.length > 1 ? `${running} of ${containers.length} ` : '';
  if (stale) {
    return (
      <span className={classes.stale}>
        <LongText text={`stale: ${stale.note}`} isSentence />
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
