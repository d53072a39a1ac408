import type { SavedSelectionView } from '../../../operations/saved-selections/saved-selection-view.ts';

/** The codes of its environments: `preprod-us, preprod-es (removed)`. */
export function environmentsText({ environments }: Pick<SavedSelectionView, 'environments'>): string {
  if (environments.length === 0) return 'chosen for each run';
  return environments.map(({ code, removed }) => (removed ? `${code} (removed)` : code)).join(', ');
}
