import { useQuery } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { QueryFallback } from '../../ui/states.tsx';
import { useTitle } from '../../ui/title.ts';
import { schedulePage, scheduleQuery } from '../queries.ts';
import { draftOf } from './draft.ts';
import { ScheduleForm } from './schedule-form.tsx';

export default function EditSchedule({ params }: { params: { name: string } }) {
  const name = decodeURIComponent(params.name);
  useTitle(`Edit ${name}`);
  const [, go] = useLocation();
  const { data, error, refetch } = useQuery(scheduleQuery(name));
  if (!data) return <QueryFallback what="the schedule" query={{ error, refetch }} />;
  // Changes by other users do not overwrite the form.
  return (
    <ScheduleForm
      title={`Edit ${name}`}
      saved={data}
      initial={draftOf(data)}
      onDone={(savedName) => go(schedulePage(savedName))}
    />
  );
}
