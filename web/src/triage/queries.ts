import { queryOptions } from '@tanstack/react-query';
import type { listNotes } from '#src/operations/triage/notes.ts';
import type { listQuarantines } from '#src/operations/triage/quarantines.ts';
import { get } from '../api/request.ts';

export const quarantinesQuery = (state: 'active' | 'ended') =>
  queryOptions({
    queryKey: ['quarantines', state],
    queryFn: ({ signal }) => get<typeof listQuarantines>('/api/quarantines', { query: { state }, signal }),
  });

export const notesQuery = queryOptions({
  queryKey: ['notes'],
  queryFn: ({ signal }) => get<typeof listNotes>('/api/notes', { signal }),
});

/** What shows notes: they have no event, so a change makes these queries stale. */
export const noteKeys = [['notes'], ['run'], ['submissions'], ['finished submissions']];
