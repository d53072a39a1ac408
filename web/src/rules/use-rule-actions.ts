import { callApi } from '../api/request.ts';
import type { RuleView } from '../messages/types.ts';
import { useAction } from '../ui/use-action.ts';
import { ruleAddress } from './queries.ts';

const invalidates = [['rules']];

/** Switches a rule off, or on again. */
export function useSwitchRule({ name, disabled }: Pick<RuleView, 'name' | 'disabled'>) {
  return useAction({
    run: () => callApi('POST', `${ruleAddress(name)}/${disabled ? 'enable' : 'disable'}`),
    successMessage: () => (disabled ? `${name} was switched on.` : `${name} was switched off.`),
    invalidates,
  });
}

export function useRemoveRule({ name }: Pick<RuleView, 'name'>) {
  return useAction({
    run: () => callApi('DELETE', ruleAddress(name)),
    successMessage: () => `${name} was removed.`,
    invalidates,
  });
}
