import type { SavedSelectionView } from '#src/operations/saved-selections/saved-selection-view.ts';
import { type Draft, optionsOf, selectedBy, selectionOf } from '../selection/draft.ts';
import { codesOf } from '../selection/use-saved.ts';

/** The state of the form of a saved selection. */
export interface SavedDraft extends Draft {
  name: string;
  description: string;
}

/** The draft of a saved selection, without removed environments, which cannot be saved again. */
export function savedDraftOf(saved: SavedSelectionView): SavedDraft {
  const { name, description, selection, priority } = saved;
  return {
    name,
    description,
    environments: codesOf(saved),
    saved: undefined,
    ...selectedBy(selection),
    priority,
    options: optionsOf(saved.options),
    ref: saved.ref ?? '',
  };
}

/** The fields for the API, except the name. */
export function savedFieldsOf(draft: SavedDraft) {
  const { description, environments, priority, options, ref } = draft;
  return {
    description,
    selection: selectionOf(draft),
    environments,
    priority,
    options,
    ref: ref.trim() || null,
  };
}
