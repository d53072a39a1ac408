import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'wouter';
import { type Draft, readDraft, writeDraft } from '../selection/draft.ts';

export type ChangeDraft = (changes: (draft: Draft) => Partial<Draft>) => void;

/** The draft in the query string, and a function that changes parts of it. */
export function useDraft(): [Draft, ChangeDraft] {
  const [search, setSearch] = useSearchParams();
  const draft = useMemo(() => readDraft(search), [search]);
  const change = useCallback(
    (changes: (draft: Draft) => Partial<Draft>) =>
      setSearch(
        (before) => {
          const draft = readDraft(before);
          return writeDraft({ ...draft, ...changes(draft) });
        },
        { replace: true },
      ),
    [setSearch],
  );
  return [draft, change];
}
