import { useQuery } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { ErrorState, Loading } from '../../ui/states.tsx';
import { useTitle } from '../../ui/title.ts';
import { schedulePage, scheduleQuery } from '../queries.ts';
import { draftOf } from './draft.ts';
import { ScheduleForm } from './schedule-form.tsx';

export default function EditSchedule({ params }: { params: { name: string } }) {
  const name = decodeURIComponent(params.name);
  useTitle(`Edit ${name}`);
  const [, go] = useLocation();
  const { data, error, refetch } = useQuery(scheduleQuery(name));
  if (!data) {
    if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
    return <Loading what="the schedule" />;
  }
  // Changes by other users do not overwrite the form.
  return (
    <ScheduleForm
      title={`Edit ${name}`}
      savedName={data.name}
      initial={draftOf(data)}
      onDone={(savedName) => go(schedulePage(savedName))}
    />
  );
}
