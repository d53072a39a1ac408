import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { ActionButton } from '../ui/action-button.tsx';
import { EmptyState, QueryFallback } from '../ui/states.tsx';
import { useTitle } from '../ui/title.ts';
import { schedulesQuery } from './queries.ts';
import { ScheduleRows } from './schedule-rows.tsx';
import classes from './schedules.module.css';

/** All schedules with their next time and last firing. */
export default function Schedules() {
  useTitle('Schedules');
  const { data, error, refetch } = useQuery(schedulesQuery);
  const [, go] = useLocation();
  if (!data) return <QueryFallback what="the schedules" query={{ error, refetch }} />;
  return (
    <>
      <div className={classes.head}>
        <h1>Schedules</h1>
        <span className={classes.tools}>
          <Button component={Link} href="/saved-selections" variant="subtle">
            Saved selections
          </Button>
          <ActionButton
            requiredRole="operator"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => go('/new-schedule')}
          >
            Add schedule
          </ActionButton>
        </span>
      </div>
      {data.schedules.length === 0 ? (
        <EmptyState
          title="No schedules yet"
          action={
            <ActionButton requiredRole="operator" size="sm" onClick={() => go('/new-schedule')}>
              Add the first schedule
            </ActionButton>
          }
        >
          A schedule submits a selection of tests at fixed times, for example every night on all environments.
          Its results appear here and on the overview.
        </EmptyState>
      ) : (
        <ScheduleRows schedules={data.schedules} />
      )}
    </>
  );
}
