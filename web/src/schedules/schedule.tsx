import { Anchor, Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import type { FiringView, ScheduleView } from '#src/operations/schedules/schedule-view.ts';
import type { SubmissionSummary } from '#src/operations/submissions/submission-view.ts';
import { useRefusal } from '../api/session.ts';
import { savedPage } from '../selection/saved-query.ts';
import { Changes } from '../submission/changes.tsx';
import { latestPage, submissionPage, submissionsQuery } from '../submission/queries.ts';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { plural } from '../ui/format.ts';
import { LongText } from '../ui/long-text/long-text.tsx';
import { QueryFallback } from '../ui/states.tsx';
import { StatusBadge } from '../ui/status.tsx';
import { type Column, DataTable } from '../ui/table/data-table.tsx';
import { Time } from '../ui/time.tsx';
import { useTitle } from '../ui/title.ts';
import { DayRuleChange } from './day-rule-change.tsx';
import { FiringOutcome, RunCounts } from './firing-outcome.tsx';
import { NextTimes, ZoneStamp } from './next-times.tsx';
import { schedulePage, scheduleQuery } from './queries.ts';
import { FireButton, PauseButton } from './schedule-rows.tsx';
import classes from './schedules.module.css';
import { useRemove } from './use-schedule-actions.ts';

const overlapText = {
  skip: 'skip the new run if an earlier one is not finished',
  queue: 'queue the new run behind an earlier one',
  replace: 'cancel the earlier run',
};

/** A schedule: its settings, its next times and its recent firings. */
export default function Schedule({ params }: { params: { name: string } }) {
  const name = decodeURIComponent(params.name);
  useTitle(name);
  const { data, error, refetch } = useQuery(scheduleQuery(name));
  const { data: submissions } = useQuery(submissionsQuery({ schedule: name, limit: maxFirings }));
  if (!data) return <QueryFallback what="the schedule" query={{ error, refetch }} />;
  const { paused, problem, next, zone, firings } = data;
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <h1>
          <Anchor component={Link} href="/schedules" inherit>
            Schedules
          </Anchor>{' '}
          / {data.name}
        </h1>
        <Tools schedule={data} />
      </div>
      {problem && <p className={classes.problem}>{problem}</p>}
      <Facts schedule={data} />
      <section aria-labelledby="next">
        <h2 id="next">Next times in {zone}</h2>
        {paused ? (
          <p className={classes.dim}>
            None: paused <Time at={paused.since} />.
          </p>
        ) : (
          <NextTimes times={next} zone={zone} />
        )}
      </section>
      <DayRuleChange schedule={data} />
      <section aria-labelledby="past">
        <div className={classes.tools}>
          <h2 id="past">Recent firings</h2>
          {submissions && submissions.submissions.length > 0 && (
            <>
              <Button component={Link} href={latestPage(name)} variant="default" size="compact-sm">
                Newest finished submission
              </Button>
              <Button
                component={Link}
                href={`/submissions?schedule=${encodeURIComponent(name)}`}
                variant="subtle"
                size="compact-sm"
              >
                All submissions
              </Button>
            </>
          )}
        </div>
        {firings.length === 0 ? (
          <p className={classes.dim}>No firings yet.</p>
        ) : (
          <DataTable
            labelledBy="past"
            rows={firings}
            rowKey={({ id }) => id}
            columns={firingColumnsIn(zone, new Map(submissions?.submissions.map((each) => [each.id, each])))}
          />
        )}
      </section>
    </div>
  );
}

function Tools({ schedule }: { schedule: ScheduleView }) {
  const { name } = schedule;
  const [, go] = useLocation();
  const refusal = useRefusal('operator');
  const remove = useRemove(schedule, () => go('/schedules'));
  return (
    <span className={classes.tools}>
      <FireButton schedule={schedule} />
      <PauseButton schedule={schedule} />
      {refusal === undefined && (
        <>
          <Button component={Link} href={`${schedulePage(name)}/edit`} variant="subtle" size="compact-xs">
            Edit
          </Button>
          <ConfirmButton
            label="Remove"
            accessibleName={`Remove ${name}`}
            question="Its firing history is deleted. Its runs are kept."
            busy={remove.isPending}
            onConfirm={() => remove.mutate()}
          />
        </>
      )}
    </span>
  );
}

function Facts({ schedule }: { schedule: ScheduleView }) {
  const { cron, zone, saved, summary, environments, priority, overlap, missed, catchUpMinutes } = schedule;
  return (
    <dl className={classes.facts}>
      <dt>When</dt>
      <dd>
        <code>{cron}</code> in {zone}
        {schedule.days && <div className={classes.problem}>{schedule.days}</div>}
      </dd>
      <dt>Tests</dt>
      <dd>
        {saved && (
          <>
            <Anchor component={Link} href={savedPage(saved.name)}>
              {saved.name}
            </Anchor>
            {': '}
          </>
        )}
        {summary}
      </dd>
      <dt>Environments</dt>
      <dd>
        {environments.map(({ code, removed }) =>
          removed ? (
            <span key={code} className={classes.removed} title="Removed environment">
              {code}
            </span>
          ) : (
            <Anchor
              key={code}
              component={Link}
              href={`/environments/${code}`}
              className={classes.environment}
            >
              {code}
            </Anchor>
          ),
        )}
      </dd>
      <dt>Overlap</dt>
      <dd>{overlapText[overlap]}</dd>
      <dt>Missed times</dt>
      <dd>{missed === 'skip' ? 'skipped' : `one run for all, up to ${catchUpMinutes} min late`}</dd>
      {priority !== 0 && (
        <>
          <dt>Priority</dt>
          <dd>{priority}</dd>
        </>
      )}
      <dt>Added</dt>
      <dd>
        <Time at={schedule.createdAt} /> by {schedule.createdBy}
      </dd>
    </dl>
  );
}

/** The submissions of the shown firings. */
const maxFirings = 50;

const firingColumnsIn = (
  zone: string,
  submissions: ReadonlyMap<number, SubmissionSummary>,
): Column<FiringView>[] => [
  {
    name: 'Due',
    width: 9,
    wraps: true,
    value: ({ dueAt, by }) =>
      dueAt === null ? <LongText text={`manual: ${by}`} /> : <ZoneStamp at={dueAt} zone={zone} />,
  },
  { name: 'Fired', width: 'fit', value: ({ firedAt }) => <Time at={firedAt} /> },
  {
    name: 'Outcome',
    width: 14,
    share: 1,
    wraps: true,
    card: 'bare',
    value: (firing) =>
      firing.submission === null ? (
        <FiringOutcome firing={firing} />
      ) : (
        <FiringSubmission
          id={firing.submission}
          firing={firing}
          submission={submissions.get(firing.submission)}
        />
      ),
  },
  { name: 'Reason', width: 12, share: 2, wraps: true, card: 'bare', value: reasonText },
];

interface FiringSubmissionProps {
  id: number;
  firing: FiringView;
  /** Undefined until it is loaded. */
  submission: SubmissionSummary | undefined;
}

/** The verdict of a firing and what changed, instead of the verdict of each run. */
function FiringSubmission({ id, firing, submission }: FiringSubmissionProps) {
  return (
    <Anchor component={Link} href={submissionPage(id)} className={classes.submission}>
      {submission ? (
        <>
          <StatusBadge
            status={submission.verdict ?? (submission.startedAt === null ? 'queued' : 'running')}
          />
          <Changes submission={submission} />
        </>
      ) : (
        <RunCounts firing={firing} />
      )}
    </Anchor>
  );
}

function reasonText({ reason, missed }: FiringView): string {
  const missedText =
    missed === 0
      ? ''
      : `${missed === 100 ? '100 or more earlier times' : plural(missed, 'earlier time')} missed.`;
  return [reason === null ? '' : `${reason.message} (${reason.code})`, missedText].filter(Boolean).join(' ');
}
