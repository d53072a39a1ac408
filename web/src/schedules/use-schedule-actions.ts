import { useState } from 'react';
import type { FiringView, ScheduleView } from '#src/operations/schedules/schedule-view.ts';
import type { fireSchedule, pauseSchedule } from '#src/operations/schedules/schedules.ts';
import { callApi, newKey, post } from '../api/request.ts';
import { plural } from '../ui/format.ts';
import { useAction } from '../ui/use-action.ts';
import { scheduleAddress } from './queries.ts';

const invalidates = [['schedules']];

/** Fires a schedule now. The idempotency key changes on success only, so that a second click creates no duplicates. */
export function useFire({ name }: Pick<ScheduleView, 'name'>) {
  const [key, setKey] = useState(newKey);
  return useAction({
    run: () => post<typeof fireSchedule>(`${scheduleAddress(name)}/fire`, {}, { key }),
    successMessage: (firing) => firedText(name, firing),
    invalidates: [...invalidates, ['overview'], ['runs'], ['environments']],
    onSuccess: () => setKey(newKey()),
  });
}

export function usePause({ name, paused }: Pick<ScheduleView, 'name' | 'paused'>) {
  const verb = paused ? 'resume' : 'pause';
  return useAction({
    run: () => post<typeof pauseSchedule>(`${scheduleAddress(name)}/${verb}`),
    successMessage: () => (paused ? `${name} was resumed.` : `${name} was paused.`),
    invalidates,
  });
}

/** Confirms the rule of cron for the days of a schedule from before it. */
export function useDayRule({ name }: Pick<ScheduleView, 'name'>) {
  return useAction({
    run: () => callApi('PATCH', scheduleAddress(name), { body: { dayRule: 'vixie' } }),
    successMessage: () => `${name} follows the rule of cron.`,
    invalidates,
  });
}

export function useRemove({ name }: Pick<ScheduleView, 'name'>, onDone: () => void) {
  return useAction({
    run: () => callApi('DELETE', scheduleAddress(name)),
    successMessage: () => `${name} was removed.`,
    invalidates,
    onSuccess: onDone,
  });
}

function firedText(name: string, { outcome, runs, reason }: FiringView): string {
  const summary =
    outcome === 'fired' ? `${name} submitted ${plural(runs.length, 'run')}.` : `${name} submitted no runs.`;
  return reason === null ? summary : `${summary} ${reason.message}`;
}
