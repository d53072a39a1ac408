import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { completeTests } from '#src/operations/tests/test-history.ts';
import { get } from '../api/request.ts';

/** The names of the catalog that complete a typed text. Keeps the previous ones while the next load. */
export function useCompletion(input: string, enabled: boolean) {
  const [text] = useDebouncedValue(input.trim(), 120);
  return useQuery({
    queryKey: ['tests', 'complete', text],
    queryFn: ({ signal }) =>
      get<typeof completeTests>('/api/tests/complete', { query: { text, limit: 30 }, signal }),
    placeholderData: keepPreviousData,
    enabled,
    staleTime: 60_000,
  });
}

export type Suggestion = NonNullable<ReturnType<typeof useCompletion>['data']>['names'][number];
