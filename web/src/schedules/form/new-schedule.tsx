import { useMemo } from 'react';
import { useLocation } from 'wouter';
import { useTitle } from '../../ui/title.ts';
import { schedulePage } from '../queries.ts';
import { newDraft } from './draft.ts';
import { ScheduleForm } from './schedule-form.tsx';

export default function NewSchedule() {
  useTitle('New schedule');
  const [, go] = useLocation();
  const initial = useMemo(newDraft, []);
  return <ScheduleForm title="New schedule" initial={initial} onDone={(name) => go(schedulePage(name))} />;
}
