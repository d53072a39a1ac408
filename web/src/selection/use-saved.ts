import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { SavedSelectionView } from '#src/operations/saved-selections/saved-selection-view.ts';
import { type Draft, selectedBy } from './draft.ts';
import { savedSelectionsQuery } from './saved-query.ts';

/** The codes of the environments of a saved selection that exist. */
export const codesOf = ({ environments }: Pick<SavedSelectionView, 'environments'>) =>
  environments.filter(({ removed }) => !removed).map(({ code }) => code);

interface WithSaved<D> {
  /** The draft with the tests of its saved selection. */
  draft: D;
  /** The saved selection of the draft, once it is loaded. */
  saved: SavedSelectionView | undefined;
  /** Why the saved selection cannot be used. */
  problem: string | undefined;
}

/** A draft with the tests of the saved selection that it names. */
export function useSaved<D extends Draft>(draft: D): WithSaved<D> {
  const { data } = useQuery({ ...savedSelectionsQuery, enabled: draft.saved !== undefined });
  return useMemo(() => {
    if (draft.saved === undefined) return { draft, saved: undefined, problem: undefined };
    const saved = data?.savedSelections.find(({ name }) => name === draft.saved);
    if (saved === undefined) {
      const problem = data && `There is no saved selection ${draft.saved}. Choose another one.`;
      return { draft, saved: undefined, problem };
    }
    return {
      draft: { ...draft, ...selectedBy(saved.selection) },
      saved,
      problem: saved.disabled ? `${saved.name} is switched off.` : undefined,
    };
  }, [draft, data]);
}
