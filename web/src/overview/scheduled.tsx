import { Anchor, Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { ScheduleView } from '#src/operations/schedules/schedule-view.ts';
import { schedulePage, schedulesQuery } from '../schedules/queries.ts';
import { Changes } from '../submission/changes.tsx';
import { submissionPage, submissionsQuery } from '../submission/queries.ts';
import { calendarDay, clock, fullTime } from '../ui/format.ts';
import { type Status, StatusBadge, StatusSign } from '../ui/status.tsx';
import { Time } from '../ui/time.tsx';
import classes from './scheduled.module.css';

/** The runs of the last firing change with them, and they are events of the overview. */
const recheckMs = 60_000;
const maxSchedules = 3;

/** The last firing of each schedule with the results of its runs, and when it fires next. */
export function Scheduled() {
  const { data } = useQuery({ ...schedulesQuery, refetchInterval: recheckMs });
  if (!data) return null;
  const byLast = data.schedules.toSorted((one, other) => firedAt(other) - firedAt(one));
  const rest = byLast.length - maxSchedules;
  return (
    <section aria-labelledby="scheduled" className={classes.card}>
      <h2 id="scheduled">Scheduled runs</h2>
      {byLast.length === 0 && (
        <div className={classes.empty}>
          <p>A schedule runs your tests every night, so the overview shows in the morning what broke.</p>
          <Button component={Link} href="/new-schedule" variant="default">
            New schedule
          </Button>
        </div>
      )}
      <ul className={classes.list}>
        {byLast.slice(0, maxSchedules).map((schedule) => (
          <Entry key={schedule.id} schedule={schedule} />
        ))}
      </ul>
      {rest > 0 && (
        <Anchor component={Link} href="/schedules">
          and {rest} more
        </Anchor>
      )}
    </section>
  );
}

const firedAt = ({ last }: ScheduleView) => (last === null ? 0 : Date.parse(last.firedAt));

function Entry({ schedule: { name, last, next, paused } }: { schedule: ScheduleView }) {
  const statuses = (last?.runs ?? []).map(
    (run): Status =>
      run.state === 'finished' ? (run.verdict ?? 'broken') : run.state === 'running' ? 'running' : 'queued',
  );
  return (
    <li className={classes.entry}>
      <div className={classes.head}>
        <Anchor component={Link} href={schedulePage(name)} className={classes.name} title={name}>
          {name}
        </Anchor>
        {last && (
          <span className={classes.dim}>
            <Time at={last.firedAt} />
          </span>
        )}
      </div>
      {last === null ? (
        <p className={classes.dim}>Has not fired yet.</p>
      ) : last.runs.length === 0 ? (
        <p className={classes.reason} title={last.reason?.message}>
          <StatusBadge status={last.outcome === 'failed' ? 'broken' : 'skipped'}>{last.outcome}</StatusBadge>
          {last.reason && ` ${last.reason.message}`}
        </p>
      ) : (
        <>
          {last.submission !== null && <SubmissionLink id={last.submission} schedule={name} />}
          <p className={classes.tally}>
            {tally(statuses).map(([status, count]) => (
              <StatusBadge key={status} status={status}>
                {count} {status === 'queued' ? 'waiting' : status}
              </StatusBadge>
            ))}
          </p>
          <ul className={classes.runs} aria-label={`Runs of ${name}`}>
            {last.runs.slice(0, maxRuns).map((run, index) => (
              <li key={run.id}>
                <Link
                  href={`/runs/${run.id}`}
                  className={classes.run}
                  data-status={statuses[index]}
                  title={`#${run.id} ${run.environment}: ${statuses[index]}`}
                  aria-label={`#${run.id} ${run.environment}: ${statuses[index]}`}
                >
                  <StatusSign status={statuses[index] ?? 'broken'} size={12} />
                </Link>
              </li>
            ))}
            {last.runs.length > maxRuns && <li className={classes.dim}>+{last.runs.length - maxRuns}</li>}
          </ul>
        </>
      )}
      <Next at={next[0]?.at} isPaused={paused !== null} />
    </li>
  );
}

/** What changed in a submission, as a link to its page. */
function SubmissionLink({ id, schedule }: { id: number; schedule: string }) {
  const { data } = useQuery(submissionsQuery({ schedule, limit: 1 }));
  const submission = data?.submissions.find((each) => each.id === id);
  return (
    <p>
      <Anchor component={Link} href={submissionPage(id)}>
        {submission ? <Changes submission={submission} /> : 'Show the submission'}
      </Anchor>
    </p>
  );
}

const maxRuns = 40;

/** Failures first. */
const order: Status[] = ['failed', 'broken', 'running', 'queued', 'cancelled', 'passed'];

function tally(statuses: readonly Status[]): [Status, number][] {
  return order
    .map((status): [Status, number] => [status, statuses.filter((each) => each === status).length])
    .filter(([, count]) => count > 0);
}

function Next({ at, isPaused }: { at: string | undefined; isPaused: boolean }) {
  if (isPaused) return <p className={classes.dim}>Paused.</p>;
  if (at === undefined) return null;
  const date = new Date(at);
  return (
    <p className={classes.dim} title={fullTime(date)}>
      Next: {calendarDay(date)}, {clock(date)}
    </p>
  );
}
