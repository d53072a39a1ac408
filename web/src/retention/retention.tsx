import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { formatBytes } from '#src/model/bytes.ts';
import type { showRetention } from '#src/operations/retention/retention.ts';
import { get, type OutputOf } from '../api/request.ts';
import { plural } from '../ui/format.ts';
import { QueryFallback } from '../ui/states.tsx';
import { type Column, DataTable } from '../ui/table/data-table.tsx';
import { Time } from '../ui/time.tsx';
import { useTitle } from '../ui/title.ts';
import classes from './retention.module.css';

type View = OutputOf<typeof showRetention>;
type RunToRemove = View['runs']['first'][number];

interface Kind {
  name: string;
  total: string;
  removed: string;
  limit: string;
}

/** What is kept, and what retention would remove now. */
export default function Retention() {
  useTitle('Retention');
  const { data, error, refetch } = useQuery({
    queryKey: ['retention'],
    queryFn: ({ signal }) => get<typeof showRetention>('/api/retention', { signal }),
  });
  if (data === undefined) return <QueryFallback what="what is kept" query={{ error, refetch }} />;
  const { runs, files } = data;
  return (
    <div className={classes.view}>
      <h1>Retention</h1>
      <p className={classes.note}>
        Every hour matre removes what is beyond the limits. It keeps sums by week for trends. The limits are
        settings, such as MATRE_KEEP_RUNS.
      </p>
      <p className={classes.headline}>{headlineOf(data)}</p>
      <DataTable label="Limits" rows={kindsOf(data)} rowKey={({ name }) => name} columns={kindColumns} />
      {files.maxBytes !== null && files.unmeasured > 0 && (
        <p className={classes.note}>The files of {plural(files.unmeasured, 'run')} are not measured yet.</p>
      )}
      {runs.stays.map(({ reason, runs: stay }) => (
        <p key={reason} className={classes.note}>
          {plural(stay, 'run')} beyond the limits {stay === 1 ? 'stays' : 'stay'}: {reasons[reason]}.
        </p>
      ))}
      {runs.first.length > 0 && (
        <>
          <h2>The first runs to be removed</h2>
          <DataTable
            label="Runs to be removed"
            rows={runs.first}
            rowKey={({ id }) => id}
            columns={runColumns}
          />
        </>
      )}
    </div>
  );
}

const reasons: Record<View['runs']['stays'][number]['reason'], string> = {
  pinned: 'pinned',
  unfinished: 'their submission is not finished, or they were not compared yet',
  newest: 'the newest of their environment',
  baseline: 'later submissions are compared with them',
  quarantine: 'the newest failures of a quarantined test',
  note: 'the newest failure of a cause with a note',
};

/** What would be removed now, in a sentence. */
function headlineOf({ runs, files, audit, notes, messages }: View): string {
  const parts = [
    runs.removed > 0 && plural(runs.removed, 'run'),
    files.removed > 0 && `the files of ${plural(files.removed, 'run')}`,
    audit.removed > 0 && plural(audit.removed, 'audit entry', 'audit entries'),
    notes.removed > 0 && plural(notes.removed, 'note'),
    messages.removed > 0 && plural(messages.removed, 'message'),
  ].filter((part) => part !== false);
  return parts.length === 0 ? 'Nothing is beyond the limits.' : `To be removed now: ${parts.join(', ')}.`;
}

const number = (value: number) => value.toLocaleString('en');

function kindsOf({ runs, files, audit, notes, messages }: View): Kind[] {
  const kind = (
    name: string,
    { total, removed }: { total: number; removed: number },
    days: number | null,
    max: number | null = null,
  ): Kind => ({
    ...{ name, total: number(total), removed: number(removed) },
    limit:
      [days !== null && plural(days, 'day'), max !== null && `the newest ${number(max)}`]
        .filter(Boolean)
        .join(', ') || 'none',
  });
  return [
    kind('Runs', runs, runs.keepDays),
    kind('Results of runs', runs.results, null, runs.maxResults),
    kind('Files of runs', files, files.keepDays),
    {
      name: 'Size of files',
      total: formatBytes(files.bytes.total),
      removed: formatBytes(files.bytes.removed),
      limit: files.maxBytes === null ? 'none' : formatBytes(files.maxBytes),
    },
    kind('Audit entries', audit, audit.keepDays, audit.max),
    kind('Notes of causes', notes, notes.keepDays),
    kind('Messages', messages, messages.keepDays, messages.max),
  ];
}

const kindColumns: Column<Kind>[] = [
  { name: 'What', width: 'fit', value: ({ name }) => name },
  { name: 'Stored', width: 'fit', isNumber: true, value: ({ total }) => total },
  { name: 'To be removed', width: 'fit', isNumber: true, value: ({ removed }) => removed },
  { name: 'Limit', width: 10, value: ({ limit }) => limit },
];

const runColumns: Column<RunToRemove>[] = [
  {
    name: 'Run',
    width: 'fit',
    value: ({ id }) => (
      <Anchor component={Link} href={`/runs/${id}`}>
        #{id}
      </Anchor>
    ),
  },
  { name: 'Environment', width: 10, value: ({ environment }) => environment },
  { name: 'Finished', width: 'fit', value: ({ finishedAt }) => <Time at={finishedAt} /> },
  { name: 'Results', width: 'fit', isNumber: true, value: ({ results }) => number(results) },
  { name: 'Files', width: 'fit', isNumber: true, value: ({ filesBytes }) => formatBytes(filesBytes) },
];
