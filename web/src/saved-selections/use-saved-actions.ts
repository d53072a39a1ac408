import type { SavedSelectionView } from '#src/operations/saved-selections/saved-selection-view.ts';
import type { disableSavedSelection } from '#src/operations/saved-selections/saved-selections.ts';
import { callApi, post } from '../api/request.ts';
import { savedAddress } from '../selection/saved-query.ts';
import { useAction } from '../ui/use-action.ts';

const invalidates = [['saved-selections'], ['schedules']];

/** Switches a saved selection off, or on again. */
export function useSwitch({ name, disabled }: Pick<SavedSelectionView, 'name' | 'disabled'>) {
  const verb = disabled ? 'enable' : 'disable';
  return useAction({
    run: () => post<typeof disableSavedSelection>(`${savedAddress(name)}/${verb}`),
    successMessage: () => (disabled ? `${name} was switched on.` : `${name} was switched off.`),
    invalidates,
  });
}

export function useRemove({ name }: Pick<SavedSelectionView, 'name'>) {
  return useAction({
    run: () => callApi('DELETE', savedAddress(name)),
    successMessage: () => `${name} was removed.`,
    invalidates,
  });
}
