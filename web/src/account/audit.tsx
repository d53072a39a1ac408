import { Button, Group, TextInput } from '@mantine/core';
import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
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

/** What the entries are limited to; empty texts limit nothing. */
interface Filter {
  who: string;
  operation: string;
  subject: string;
}

const auditQuery = (filter: Filter) =>
  infiniteQueryOptions({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam, signal }) =>
      get<typeof listAudit>('/api/audit', {
        query: {
          before: pageParam,
          limit: 100,
          who: filter.who || undefined,
          operation: filter.operation || undefined,
          subject: filter.subject || undefined,
        },
        signal,
      }),
    initialPageParam: null as number | null,
    getNextPageParam: ({ next }) => next,
    refetchInterval: recheckMs,
    placeholderData: keepPreviousData,
  });

/** All changes by users, newest first. Admins only. */
export default function Audit() {
  useTitle('Audit trail');
  const [filter, setFilter] = useState<Filter>({ who: '', operation: '', subject: '' });
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    auditQuery(filter),
  );
  if (data === undefined) return <QueryFallback what="the audit trail" query={{ error, refetch }} />;
  const entries = data.pages.flatMap((page) => page.entries);
  return (
    <div className={classes.wide}>
      <h1>Audit trail</h1>
      <Group gap="sm">
        {filterFields.map(({ name, label }) => (
          <TextInput
            key={name}
            label={label}
            size="xs"
            value={filter[name]}
            onChange={(event) => {
              const value = event.currentTarget.value;
              setFilter((before) => ({ ...before, [name]: value }));
            }}
          />
        ))}
      </Group>
      {entries.length === 0 ? (
        <EmptyState title={isFiltered(filter) ? 'No entries match these filters' : 'No changes yet'} />
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

const filterFields = [
  { name: 'who', label: 'User' },
  { name: 'operation', label: 'Operation' },
  { name: 'subject', label: 'Subject contains' },
] as const;

const isFiltered = (filter: Filter) => filterFields.some(({ name }) => filter[name] !== '');

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
  {
    name: 'Subject',
    width: 12,
    share: 1,
    wraps: true,
    value: ({ subject, changes }) => (
      <>
        {subject}
        {/* A server of an older version reports no changes. */}
        {Object.entries(changes ?? {}).map(([field, { before, after }]) => (
          <div key={field} className={classes.note}>
            {field}: {before ?? 'none'} → {after ?? 'none'}
          </div>
        ))}
      </>
    ),
  },
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
