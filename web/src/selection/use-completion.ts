import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { maxTestNameLength } from '#src/model/limits.ts';
import type { completeTests } from '#src/operations/tests/test-history.ts';
import { get } from '../api/request.ts';
import { type Name, namesIn } from './draft.ts';

/** Names of tests, groups and suites, or of modules. */
export type CompletedNames = 'tests' | 'modules';

const complete = (of: CompletedNames, text: string, signal?: AbortSignal) =>
  get<typeof completeTests>('/api/tests/complete', { query: { text, limit: 30, of }, signal });

/** The names of the catalog that complete a typed text. Keeps the previous ones while the next load. */
export function useCompletion(of: CompletedNames, input: string, enabled: boolean) {
  const [text] = useDebouncedValue(input.trim(), 120);
  return useQuery({
    queryKey: ['tests', 'complete', of, text],
    queryFn: ({ signal }) => complete(of, text, signal),
    placeholderData: keepPreviousData,
    enabled,
    staleTime: 60_000,
  });
}

export type Suggestion = NonNullable<ReturnType<typeof useCompletion>['data']>['names'][number];

/** Reads typed or pasted text as names of the catalog, see `namesIn`. Never rejects. */
export async function readNames(text: string): Promise<Name[]> {
  const name = text.trim();
  const isList = name.length > maxTestNameLength || /[\n\r\t]/.test(name);
  // Not the query of the suggestions: it is cancelled when the field is emptied.
  const suggestions = isList ? undefined : await complete('tests', name).catch(() => undefined);
  return namesIn(name, suggestions?.names ?? []);
}
