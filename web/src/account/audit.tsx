import { Button } from '@mantine/core';
import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import type { listAudit } from '#src/operations/users/audit.ts';
import { get, type OutputOf } from '../api/request.ts';
import { relative, stamp } from '../ui/format.ts';
import { useNow } from '../ui/now.ts';
import { EmptyState, QueryFallback } from '../ui/states.tsx';
import { type Column, DataTable } from '../ui/table/data-table.tsx';
import { useTitle } from '../ui/title.ts';
import classes from './account.module.css';

type Entry = OutputOf<typeof listAudit>['entries'][number];

/** The audit trail has no events, so it polls. */
const recheckMs = 30_000;

const auditQuery = infiniteQueryOptions({
  queryKey: ['audit'],
  queryFn: ({ pageParam, signal }) =>
    get<typeof listAudit>('/api/audit', { query: { before: pageParam, limit: 100 }, signal }),
  initialPageParam: null as number | null,
  getNextPageParam: ({ next }) => next,
  refetchInterval: recheckMs,
});

/** All changes by users, newest first. Admins only. */
export default function Audit() {
  useTitle('Audit trail');
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } =
    useInfiniteQuery(auditQuery);
  if (data === undefined) return <QueryFallback what="the audit trail" query={{ error, refetch }} />;
  const entries = data.pages.flatMap((page) => page.entries);
  return (
    <div className={classes.wide}>
      <h1>Audit trail</h1>
      {entries.length === 0 ? (
        <EmptyState title="No changes yet" />
      ) : (
        <DataTable label="Audit trail" rows={entries} rowKey={({ id }) => id} columns={columns} />
      )}
      {hasNextPage && (
        <div>
          <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Show older entries
          </Button>
        </div>
      )}
    </div>
  );
}

const columns: Column<Entry>[] = [
  { name: 'Time', width: 'fit', value: ({ at }) => <Stamp at={at} /> },
  {
    name: 'User',
    width: 10,
    wraps: true,
    value: ({ who, via }) => (
      <>
        {who} <span className={classes.note}>{via === 'open' ? 'sign-in off' : via}</span>
      </>
    ),
  },
  { name: 'Operation', width: 'fit', card: 'bare', value: ({ operation }) => <code>{operation}</code> },
  { name: 'Subject', width: 12, share: 1, wraps: true, value: ({ subject }) => subject },
  {
    name: 'Outcome',
    width: 'fit',
    value: ({ outcome }) => (outcome === 'done' ? 'done' : <code>{outcome ?? 'unknown'}</code>),
  },
  {
    name: 'IP address',
    width: 7,
    wraps: true,
    value: ({ address }) => address && <span className={classes.note}>{address}</span>,
  },
];

function Stamp({ at }: { at: string }) {
  const now = useNow(60_000);
  const date = new Date(at);
  return (
    <time dateTime={at} title={relative(date, now)}>
      {stamp(date)}
    </time>
  );
}
