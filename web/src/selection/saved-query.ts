import { queryOptions } from '@tanstack/react-query';
import type {
  listSavedSelections,
  showSavedSelection,
} from '#src/operations/saved-selections/saved-selections.ts';
import { get } from '../api/request.ts';

/** The API path of a saved selection. */
export const savedAddress = (name: string) => `/api/saved-selections/${encodeURIComponent(name)}`;

/** The page path of the form of a saved selection. */
export const savedPage = (name: string) => `/saved-selections/${encodeURIComponent(name)}/edit`;

export const savedSelectionsQuery = queryOptions({
  queryKey: ['saved-selections', 'all'],
  queryFn: ({ signal }) => get<typeof listSavedSelections>('/api/saved-selections', { signal }),
});

export const savedSelectionQuery = (name: string) =>
  queryOptions({
    queryKey: ['saved-selections', 'one', name],
    queryFn: ({ signal }) => get<typeof showSavedSelection>(savedAddress(name), { signal }),
  });
