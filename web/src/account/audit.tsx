import { Button, Table } from '@mantine/core';
import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import type { listAudit } from '#src/operations/users/audit.ts';
import { get, type OutputOf } from '../api/request.ts';
import { relative, stamp } from '../ui/format.ts';
import { useNow } from '../ui/now.ts';
import { EmptyState, QueryFallback } from '../ui/states.tsx';
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
        <div className={classes.scroll}>
          <Table aria-label="Audit trail">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Time</Table.Th>
                <Table.Th>User</Table.Th>
                <Table.Th>Operation</Table.Th>
                <Table.Th>Subject</Table.Th>
                <Table.Th>Outcome</Table.Th>
                <Table.Th>IP address</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {entries.map((entry) => (
                <Row key={entry.id} entry={entry} />
              ))}
            </Table.Tbody>
          </Table>
        </div>
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

function Row({ entry: { at, who, via, address, operation, subject, outcome } }: { entry: Entry }) {
  const now = useNow(60_000);
  const date = new Date(at);
  return (
    <Table.Tr>
      <Table.Td className={classes.stamp}>
        <time dateTime={at} title={relative(date, now)}>
          {stamp(date)}
        </time>
      </Table.Td>
      <Table.Td>
        {who} <span className={classes.note}>{via === 'open' ? 'sign-in off' : via}</span>
      </Table.Td>
      <Table.Td>
        <code>{operation}</code>
      </Table.Td>
      <Table.Td>{subject}</Table.Td>
      <Table.Td>{outcome === 'done' ? 'done' : <code>{outcome ?? 'unknown'}</code>}</Table.Td>
      <Table.Td className={classes.note}>{address}</Table.Td>
    </Table.Tr>
  );
}
