import { Anchor, Table } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay, IconSend } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { ScheduleView } from '#src/operations/schedules/schedule-view.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { Time } from '../ui/time.tsx';
import { FiringOutcome } from './firing-outcome.tsx';
import { ZoneTime } from './next-times.tsx';
import { schedulePage } from './queries.ts';
import classes from './schedules.module.css';
import { useFire, usePause } from './use-schedule-actions.ts';

export function ScheduleRows({ schedules }: { schedules: readonly ScheduleView[] }) {
  return (
    <div className={classes.scroll}>
      <Table aria-label="Schedules">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>Next time</Table.Th>
            <Table.Th>Last firing</Table.Th>
            <Table.Th>When</Table.Th>
            <Table.Th>Tests</Table.Th>
            <Table.Th>Environments</Table.Th>
            <Table.Th>
              <span className={classes.hidden}>Actions</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {schedules.map((schedule) => (
            <Row key={schedule.id} schedule={schedule} />
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function Row({ schedule }: { schedule: ScheduleView }) {
  const { name, problem, dayRuleChange, cron, zone, summary, environments, last } = schedule;
  return (
    <Table.Tr>
      <Table.Td className={classes.name}>
        <Anchor component={Link} href={schedulePage(name)} fw={600}>
          {name}
        </Anchor>
        {problem && <div className={classes.problem}>{problem}</div>}
        {dayRuleChange && <div className={classes.problem}>Fires on other days than cron would.</div>}
      </Table.Td>
      <Table.Td className={classes.stamp}>
        <NextTime schedule={schedule} />
      </Table.Td>
      <Table.Td className={classes.stamp}>
        {last === null ? (
          <span className={classes.dim}>never</span>
        ) : (
          <span className={classes.last}>
            <FiringOutcome firing={last} />
            <span className={classes.dim}>
              <Time at={last.firedAt} />
            </span>
          </span>
        )}
      </Table.Td>
      <Table.Td className={classes.stamp}>
        <code>{cron}</code> <span className={classes.dim}>{zone}</span>
      </Table.Td>
      <Table.Td className={classes.long} title={summary}>
        {summary}
      </Table.Td>
      <Table.Td>
        {environments.map(({ code, removed }) => (
          <span key={code} className={removed ? classes.removed : classes.environment}>
            {code}
          </span>
        ))}
      </Table.Td>
      <Table.Td className={classes.actions}>
        <FireButton schedule={schedule} />
        <PauseButton schedule={schedule} />
      </Table.Td>
    </Table.Tr>
  );
}

function NextTime({ schedule: { paused, next, zone } }: { schedule: ScheduleView }) {
  const [first] = next;
  if (paused) {
    return (
      <span className={classes.dim}>
        paused <Time at={paused.since} />
      </span>
    );
  }
  if (!first) return <span className={classes.dim}>never</span>;
  return (
    <>
      <ZoneTime time={first} zone={zone} />{' '}
      <span className={classes.dim}>
        <Time at={first.at} />
      </span>
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
      aria-label={`Fire ${schedule.name} now`}
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
