import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { RunView } from '#src/operations/core/views.ts';
import { schedulePage, schedulesQuery } from './queries.ts';

/** The origin of a run. Links to an existing schedule, even after it was renamed. */
export function RequestedBy({ run }: { run: Pick<RunView, 'requestedBy' | 'scheduleId'> }) {
  const { requestedBy, scheduleId } = run;
  const { data } = useQuery({ ...schedulesQuery, enabled: scheduleId !== null });
  const schedule = data?.schedules.find(({ id }) => id === scheduleId);
  if (!schedule) return requestedBy;
  return (
    <Anchor component={Link} href={schedulePage(schedule.name)}>
      {requestedBy}
    </Anchor>
  );
}
