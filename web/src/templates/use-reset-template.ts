import { callApi } from '../api/request.ts';
import type { TemplateView } from '../messages/types.ts';
import { useAction } from '../ui/use-action.ts';
import { outcomeText } from './outcomes.ts';
import { templateAddress } from './queries.ts';

/** Deletes a changed template, so that the default one is used again. */
export function useResetTemplate(
  { channelKind, outcome }: Pick<TemplateView, 'channelKind' | 'outcome'>,
  onSuccess?: (template: TemplateView) => void,
) {
  return useAction({
    run: () => callApi<TemplateView>('DELETE', templateAddress(channelKind, outcome)),
    successMessage: () => `The template of “${outcomeText(outcome)}” is the default one.`,
    invalidates: [['templates']],
    ...(onSuccess && { onSuccess }),
  });
}
