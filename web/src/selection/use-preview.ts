import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { previewRuns } from '#src/operations/tests/tests.ts';
import { type OutputOf, post } from '../api/request.ts';
import { changedSinceOf, type Draft, selectionOf, selectsNothing } from './draft.ts';

export type Preview = OutputOf<typeof previewRuns>;

/** What the draft would execute. Keeps the previous preview while the next one loads, so that nothing jumps while typing. */
export function usePreview(draft: Draft) {
  const { environments, ref } = draft;
  const input = useMemo(() => {
    const { isOfAll, fields } = changedSinceOf(draft);
    return {
      environments,
      selection: selectionOf(isOfAll ? { ...draft, all: true } : draft),
      ...(ref.trim() !== '' && { ref: ref.trim() }),
      ...fields,
      isEmpty: selectsNothing(draft) && !isOfAll,
    };
  }, [draft, environments, ref]);
  const [{ isEmpty, ...debouncedInput }] = useDebouncedValue(input, 150);
  return useQuery({
    queryKey: ['preview', debouncedInput],
    queryFn: () => post<typeof previewRuns>('/api/runs/preview', debouncedInput),
    enabled: !isEmpty,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    gcTime: 60_000,
  });
}
