import { Anchor } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay, IconSend } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { ScheduleView } from '#src/operations/schedules/schedule-view.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { LongText } from '../ui/long-text/long-text.tsx';
import { type Column, DataTable } from '../ui/table/data-table.tsx';
import { Time } from '../ui/time.tsx';
import { FiringOutcome, RunCounts } from './firing-outcome.tsx';
import { ZoneName, ZoneTime } from './next-times.tsx';
import { schedulePage } from './queries.ts';
import classes from './schedules.module.css';
import { useFire, usePause } from './use-schedule-actions.ts';

const columns: Column<ScheduleView>[] = [
  { name: 'Name', width: 10, value: (schedule) => <Name schedule={schedule} /> },
  // The longest names of time zones wrap, so that a window of 1024 px has room for all columns.
  { name: 'Next time', width: 13, wraps: true, value: (schedule) => <NextTime schedule={schedule} /> },
  { name: 'Last firing', width: 9, wraps: true, value: (schedule) => <LastFiring schedule={schedule} /> },
  { name: 'Tests', width: 9, value: ({ summary }) => <LongText text={summary} /> },
  { name: 'Environments', width: 8, wraps: true, value: (schedule) => <Environments schedule={schedule} /> },
];

export function ScheduleRows({ schedules }: { schedules: readonly ScheduleView[] }) {
  return (
    <DataTable
      label="Schedules"
      rows={schedules}
      rowKey={({ id }) => id}
      columns={columns}
      actions={(schedule) => (
        <>
          <FireButton schedule={schedule} />
          <PauseButton schedule={schedule} />
        </>
      )}
    />
  );
}

function Name({ schedule: { name, problem, dayRuleChange } }: { schedule: ScheduleView }) {
  return (
    <>
      <Anchor component={Link} href={schedulePage(name)} fw={600}>
        <LongText text={name} />
      </Anchor>
      {problem && <div className={classes.problem}>{problem}</div>}
      {dayRuleChange && <div className={classes.problem}>Fires on other days than cron would.</div>}
    </>
  );
}

/** More runs are counted by status. */
const maxRuns = 2;

function LastFiring({ schedule: { last } }: { schedule: ScheduleView }) {
  if (last === null) return <span className={classes.dim}>never</span>;
  return (
    <>
      {last.runs.length > maxRuns ? <RunCounts firing={last} /> : <FiringOutcome firing={last} />}
      <div className={classes.dim}>
        <Time at={last.firedAt} />
      </div>
    </>
  );
}

/** The first code, and how many more; all of them are on the page of the schedule. */
function Environments({ schedule: { name, environments } }: { schedule: ScheduleView }) {
  const [first, ...others] = environments;
  if (!first) return null;
  return (
    <>
      <span className={first.removed ? classes.removed : undefined}>
        <LongText text={first.code} />
      </span>
      {others.length > 0 && (
        <Anchor
          component={Link}
          href={schedulePage(name)}
          className={classes.more}
          title={others.map(({ code }) => code).join(', ')}
        >
          and {others.length} more
        </Anchor>
      )}
    </>
  );
}

/** The next time, and below it the expression that it is one of. */
function NextTime({ schedule: { paused, next, cron, zone } }: { schedule: ScheduleView }) {
  const [first] = next;
  if (paused || !first) {
    return (
      <span className={classes.dim}>
        {paused ? (
          <>
            paused <Time at={paused.since} />
          </>
        ) : (
          'never'
        )}
        <div>
          <code>{cron}</code> <ZoneName zone={zone} />
        </div>
      </span>
    );
  }
  return (
    <>
      <ZoneTime time={first} zone={zone} />
      <div className={classes.dim}>
        <Time at={first.at} />, <code>{cron}</code>
      </div>
    </>
  );
}

export function FireButton({ schedule }: { schedule: ScheduleView }) {
  const fire = useFire(schedule);
  return (
    <ActionButton
      requiredRole="operator"
      variant="default"
      size="compact-xs"
      leftSection={<IconSend size={14} aria-hidden />}
      aria-label={`Fire now: ${schedule.name}`}
      loading={fire.isPending}
      onClick={() => fire.mutate()}
    >
      Fire now
    </ActionButton>
  );
}

export function PauseButton({ schedule }: { schedule: ScheduleView }) {
  const pause = usePause(schedule);
  const { paused, name } = schedule;
  const Icon = paused ? IconPlayerPlay : IconPlayerPause;
  const verb = paused ? 'Resume' : 'Pause';
  return (
    <ActionButton
      requiredRole="operator"
      variant="subtle"
      size="compact-xs"
      leftSection={<Icon size={14} aria-hidden />}
      aria-label={`${verb} ${name}`}
      loading={pause.isPending}
      onClick={() => pause.mutate()}
    >
      {verb}
    </ActionButton>
  );
}
