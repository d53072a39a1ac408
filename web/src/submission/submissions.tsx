import { Anchor, Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import type { listSchedules } from '#src/operations/schedules/schedules.ts';
import type { SubmissionSummary } from '#src/operations/submissions/submission-view.ts';
import { get } from '../api/request.ts';
import { duration } from '../ui/format.ts';
import { LongText } from '../ui/long-text/long-text.tsx';
import { NameSelect } from '../ui/name-select.tsx';
import { PageButtons } from '../ui/page-buttons.tsx';
import { useQueryState } from '../ui/query-state.ts';
import { EmptyState, QueryFallback } from '../ui/states.tsx';
import { StatusBadge } from '../ui/status.tsx';
import { type Column, DataTable } from '../ui/table/data-table.tsx';
import { useTitle } from '../ui/title.ts';
import { Changes } from './changes.tsx';
import { submissionPage, submissionsQuery } from './queries.ts';
import classes from './submission.module.css';
import { nameOf, submissionTime } from './verdict-sentence.ts';

const pageLength = 50;

/** All submissions, the newest first. */
export default function Submissions() {
  useTitle('Submissions');
  const [schedule, setSchedule] = useQueryState('schedule');
  const [saved, setSaved] = useQueryState('saved');
  const [before, setBefore] = useQueryState('before');
  const { data, error, refetch, isPlaceholderData } = useQuery(
    submissionsQuery({ schedule, saved, before, limit: pageLength }),
  );
  const select = (value: string) => {
    setSchedule(value);
    setSaved('');
    setBefore('');
  };
  return (
    <>
      <div className={classes.listHead}>
        <h1>Submissions</h1>
        <ScheduleSelect selected={schedule} onSelect={select} />
        {saved !== '' && (
          <span>
            of the saved selection {saved}{' '}
            <Button variant="subtle" size="compact-sm" onClick={() => select('')}>
              Show all
            </Button>
          </span>
        )}
      </div>
      {!data && <QueryFallback what="the submissions" query={{ error, refetch }} />}
      {data?.submissions.length === 0 && <NoSubmissions isFiltered={schedule !== '' || saved !== ''} />}
      {data && data.submissions.length > 0 && (
        <div aria-busy={isPlaceholderData}>
          <SubmissionsTable submissions={data.submissions} />
        </div>
      )}
      {data && <PageButtons before={before} next={data.next} onChange={setBefore} />}
    </>
  );
}

const columns: Column<SubmissionSummary>[] = [
  {
    name: 'Submission',
    width: 12,
    share: 2,
    value: (submission) => (
      <Anchor component={Link} href={submissionPage(submission.id)}>
        <LongText text={nameOf(submission)} />
      </Anchor>
    ),
  },
  { name: 'Submitted', width: 'fit', card: 'bare', value: ({ createdAt }) => submissionTime(createdAt) },
  {
    name: 'Verdict',
    width: 'fit',
    card: 'bare',
    value: ({ verdict, startedAt }) => (
      <StatusBadge status={verdict ?? (startedAt === null ? 'queued' : 'running')} />
    ),
  },
  {
    name: 'What changed',
    width: 13,
    wraps: true,
    card: 'bare',
    value: (submission) => <Changes submission={submission} />,
  },
  {
    name: 'Environments',
    width: 'fit',
    isNumber: true,
    value: ({ environments }) => <span title={environments.join(', ')}>{environments.length}</span>,
  },
  {
    name: 'Duration',
    width: 'fit',
    isNumber: true,
    card: 'bare',
    value: ({ durationMs }) => durationMs !== null && duration(durationMs),
  },
  { name: 'Requested by', width: 6.5, share: 1, value: ({ requestedBy }) => <LongText text={requestedBy} /> },
];

function SubmissionsTable({ submissions }: { submissions: SubmissionSummary[] }) {
  const [, go] = useLocation();
  return (
    <DataTable
      label="Submissions"
      rows={submissions}
      rowKey={({ id }) => id}
      columns={columns}
      onOpen={({ id }) => go(submissionPage(id))}
    />
  );
}

function ScheduleSelect({ selected, onSelect }: { selected: string; onSelect: (name: string) => void }) {
  const { data } = useQuery({
    queryKey: ['schedules', 'all'],
    queryFn: ({ signal }) => get<typeof listSchedules>('/api/schedules', { signal }),
  });
  const names = data?.schedules.map(({ name }) => name) ?? [];
  return (
    <NameSelect
      label="Schedule"
      all="All schedules"
      className={classes.choice}
      {...{ names, selected, onSelect }}
    />
  );
}

function NoSubmissions({ isFiltered }: { isFiltered: boolean }) {
  return (
    <EmptyState title={isFiltered ? 'No submissions match these filters' : 'No submissions yet'}>
      {isFiltered ? (
        <Anchor component={Link} href="/submissions">
          Show all submissions
        </Anchor>
      ) : (
        'A submission is one request for runs on one or more environments, by you, a pipeline or a schedule.'
      )}
    </EmptyState>
  );
}
