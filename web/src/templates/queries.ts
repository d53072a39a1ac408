import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { listTemplates, previewTemplate } from '#src/operations/rules/templates.ts';
import type { listSubmissions } from '#src/operations/submissions/submissions.ts';
import { callApi, get, type OutputOf } from '../api/request.ts';

/** The API path of a template. */
export const templateAddress = (kind: string, outcome: string) => `/api/templates/${kind}/${outcome}`;
/** The page path of the editor of a template. */
export const templatePage = (kind: string, outcome: string) => `/templates/${kind}/${outcome}`;

export const templatesQuery = queryOptions({
  queryKey: ['templates'],
  queryFn: ({ signal }) => get<typeof listTemplates>('/api/templates', { signal }),
});

export const previewQuery = (input: {
  channelKind: string;
  outcome: string;
  source: string;
  submission?: number;
}) =>
  queryOptions({
    queryKey: ['template preview', input],
    queryFn: () =>
      callApi<OutputOf<typeof previewTemplate>>('POST', '/api/templates/preview', { body: input }),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    gcTime: 60_000,
    retry: false,
  });

const offeredSubmissions = 30;

/** Submissions to preview a template with. */
export const endedSubmissionsQuery = queryOptions({
  queryKey: ['submissions', 'for templates'],
  queryFn: ({ signal }) =>
    get<typeof listSubmissions>('/api/submissions', {
      query: { finished: true, limit: offeredSubmissions },
      signal,
    }),
});
