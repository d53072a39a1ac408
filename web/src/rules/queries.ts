import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { dayMs } from '#src/model/duration.ts';
import type { listRules, showRule } from '#src/operations/rules/rules.ts';
import { callApi, get } from '../api/request.ts';
import type { RuleTrial } from '../messages/types.ts';
import type { ruleFieldsOf } from './form/rule-draft.ts';

/** The API path of a rule. */
export const ruleAddress = (name: string) => `/api/rules/${encodeURIComponent(name)}`;
/** The page path of the form of a rule. */
export const rulePage = (name: string) => `/rules/${encodeURIComponent(name)}/edit`;

export const rulesQuery = queryOptions({
  queryKey: ['rules', 'all'],
  queryFn: ({ signal }) => get<typeof listRules>('/api/rules', { signal }),
});

export const ruleQuery = (name: string) =>
  queryOptions({
    queryKey: ['rules', 'one', name],
    queryFn: ({ signal }) => get<typeof showRule>(ruleAddress(name), { signal }),
  });

const weekMs = 7 * dayMs;

/** What a rule would have sent in the last seven days. Keeps the previous answer while the next loads. */
export const trialQuery = (fields: ReturnType<typeof ruleFieldsOf>, isEnabled: boolean) =>
  queryOptions({
    queryKey: ['rule trial', fields],
    queryFn: ({ signal }) =>
      callApi<RuleTrial>('POST', '/api/rules/try', {
        body: { ...fields, since: new Date(Date.now() - weekMs).toISOString() },
        signal,
      }),
    enabled: isEnabled,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    retry: false,
  });
