import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { toProblem } from './problem.ts';

/** Answers are kept until an event says that they changed, so a view that is opened again is there at once. */
export function createQueryClient(): QueryClient {
  // The session has ended: who reads is asked anew, and the form to sign in comes.
  const onError = (error: unknown) => {
    if (toProblem(error).code === 'UNAUTHORIZED') void client.invalidateQueries({ queryKey: ['session'] });
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        // The server may be on this machine, whatever the browser says of the network.
        networkMode: 'always',
        staleTime: Number.POSITIVE_INFINITY,
        gcTime: 5 * 60_000,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        retryDelay: (attempt) => Math.min(500 * 2 ** attempt, 10_000),
        // An answer that is a refusal stays one. Without an answer the server is being restarted, and comes back.
        retry: (attempt, error) => {
          const { status } = toProblem(error);
          return (status === 0 || status >= 502) && attempt < 5;
        },
      },
      mutations: { networkMode: 'always' },
    },
  });
  return client;
}
