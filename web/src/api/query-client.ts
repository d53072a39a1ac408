import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { toProblem } from './problem.ts';
import { isWorthRetry } from './retry.ts';

const sessionCodes = new Set(['UNAUTHORIZED', 'SECOND_FACTOR_MISSING']);

/** Cached responses stay fresh until an event invalidates them, so a view that is opened again appears immediately. */
export function createQueryClient(): QueryClient {
  // The session has ended, or its user must set up a second factor: refetching it shows the form.
  const onError = (error: unknown) => {
    if (sessionCodes.has(toProblem(error).code)) void client.invalidateQueries({ queryKey: ['session'] });
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        // The server may run on this machine, so requests work even when the browser reports no network.
        networkMode: 'always',
        staleTime: Number.POSITIVE_INFINITY,
        gcTime: 5 * 60_000,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        retryDelay: (attempt) => Math.min(500 * 2 ** attempt, 10_000),
        retry: (attempt, error) => isWorthRetry(toProblem(error)) && attempt < 5,
      },
      mutations: { networkMode: 'always' },
    },
  });
  return client;
}
