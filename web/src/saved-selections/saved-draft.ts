import type { RunOptions } from '#src/model/run-options.ts';
import type { SavedSelectionView } from '#src/operations/saved-selections/saved-selection-view.ts';
import { type Draft, selectedBy, selectionOf } from '../selection/draft.ts';
import { codesOf } from '../selection/use-saved.ts';

/** The state of the form of a saved selection. */
export interface SavedDraft extends Draft {
  name: string;
  description: string;
  /** They are kept, and changed on the command line. */
  options: RunOptions | undefined;
}

/** The draft of a saved selection, without removed environments, which cannot be saved again. */
export function savedDraftOf(saved: SavedSelectionView): SavedDraft {
  const { name, description, selection, priority } = saved;
  const { retryFailed, failedFirst, maxFailures } = saved.options;
  return {
    name,
    description,
    environments: codesOf(saved),
    saved: undefined,
    ...selectedBy(selection),
    priority,
    options: {
      failedFirst,
      ...(retryFailed !== null && { retryFailed }),
      ...(maxFailures !== null && { maxFailures }),
    },
  };
}

/** The fields for the API, except the name. */
export function savedFieldsOf(draft: SavedDraft) {
  const { description, environments, priority, options } = draft;
  return {
    description,
    selection: selectionOf(draft),
    environments,
    priority,
    ...(options && { options }),
  };
}
