import { useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import type { showProgress } from '#src/operations/runs/progress.ts';
import type { submitRuns } from '#src/operations/runs/runs.ts';
import { get, newKey, type OutputOf, post } from '../api/request.ts';
import { changedSinceOf, type Draft, selectionOf, writeDraft } from '../selection/draft.ts';
import { showSuccess } from '../ui/notices.tsx';
import { useAction } from '../ui/use-action.ts';
import { queuePositionText } from './queue-position-text.ts';

export type Submitted = OutputOf<typeof submitRuns>['runs'];

/**
 * Submits the runs of a draft. The idempotency key stays the same until the draft changes or a request succeeds, so that
 * submitting again after a lost response creates no duplicates.
 */
export function useSubmit(draft: Draft, onSeveralRuns: (runs: Submitted) => void) {
  const [, go] = useLocation();
  const [submissions, setSubmissions] = useState(0);
  const address = String(writeDraft(draft));
  // biome-ignore lint/correctness/useExhaustiveDependencies: one key per draft, and a new one after each success
  const key = useMemo(newKey, [address, submissions]);
  return useAction({
    run: async () => {
      const { environments, priority, options, ref, saved } = draft;
      const { isOfAll, fields } = changedSinceOf(draft);
      const selection = selectionOf(isOfAll ? { ...draft, all: true } : draft);
      const tests = saved === undefined ? { selection } : { saved };
      const body = {
        environments,
        priority,
        options,
        ...tests,
        ...(ref.trim() !== '' && { ref: ref.trim() }),
        ...fields,
        requestedBy: 'page',
      };
      const { runs } = await post<typeof submitRuns>('/api/runs', body, { key });
      const [first] = runs;
      if (runs.length !== 1 || !first) return { runs, queuePosition: '' };
      const progress = await get<typeof showProgress>(`/api/runs/${first.id}/progress`).catch(
        () => undefined,
      );
      return { runs, queuePosition: progress ? queuePositionText(progress) : '' };
    },
    invalidates: [['environments'], ['overview'], ['runs']],
    onSuccess: ({ runs, queuePosition }) => {
      setSubmissions((before) => before + 1);
      const [first] = runs;
      if (!first) return showSuccess('No selected test changed, so no run was submitted.');
      if (runs.length !== 1) return onSeveralRuns(runs);
      showSuccess(
        `Run ${first.id} on ${first.environment} ${queuePosition === '' ? 'is queued' : queuePosition}.`,
      );
      go(`/runs/${first.id}`);
    },
  });
}
