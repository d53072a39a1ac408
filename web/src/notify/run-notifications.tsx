import { useQuery } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { useLocation } from 'wouter';
import type { RunView } from '#src/operations/core/views.ts';
import { forgetOwnRun, ownRunsText, readOwnRuns, watchOwnRuns } from '../api/own-runs.ts';
import { toProblem } from '../api/problem.ts';
import { addressOf } from '../base-path.ts';
import { progressQuery } from '../run/queries.ts';
import { plural } from '../ui/format.ts';
import { useNotifications } from './permission.ts';

/** A run that ended while no page was open is not reported later than this. */
const maxAgeMs = 10 * 60_000;

/** Shows a desktop notification when a run ends that was started in this browser, if the user wants them. */
export function RunNotifications() {
  const { state } = useNotifications();
  useSyncExternalStore(watchOwnRuns, ownRunsText);
  if (state !== 'on') return null;
  return readOwnRuns().map((id) => <RunNotification key={id} id={id} />);
}

function RunNotification({ id }: { id: number }) {
  const [since] = useState(() => Date.now());
  const { data, error, dataUpdatedAt } = useQuery({ ...progressQuery(id), refetchOnMount: 'always' });
  const [, go] = useLocation();
  // A run that was retried has ended before: what was read before that says nothing.
  const run = dataUpdatedAt < since ? undefined : data?.run;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the run is finished
  useEffect(() => {
    if (run?.state !== 'finished' || !forgetOwnRun(id)) return;
    if (Date.now() - Date.parse(run.finishedAt ?? '') > maxAgeMs) return;
    const notification = new Notification(`Run ${id} on ${run.environment}: ${run.verdict}`, {
      body: bodyOf(run),
      // Several tabs show one notification.
      tag: `matre-run-${id}`,
      icon: addressOf('/assets/icon.svg'),
    });
    notification.onclick = () => {
      window.focus();
      go(`/runs/${id}`);
      notification.close();
    };
  }, [run?.state]);
  const isGone = error !== null && toProblem(error).status === 404;
  useEffect(() => {
    if (isGone) forgetOwnRun(id);
  }, [isGone, id]);
  return null;
}

function bodyOf({ summary, reason, counts }: RunView): string {
  const bad = [
    counts.failed > 0 && `${counts.failed} failed`,
    counts.broken > 0 && `${counts.broken} broken`,
  ].filter(Boolean);
  const result = bad.length > 0 ? `${bad.join(', ')} of ${plural(counts.planned, 'test')}` : reason?.message;
  return [result, summary].filter(Boolean).join('\n');
}
