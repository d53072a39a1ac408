import { useMutation, useQueryClient } from '@tanstack/react-query';
import { callApi } from '../api/request.ts';
import { applySession, type Session, sessionQuery } from '../api/session.ts';

/** Sends a request that starts or ends a session, and clears the cached data of the previous user. */
export function useSessionChange<Input>(
  send: (input: Input) => { method: 'POST' | 'DELETE'; path: string; body?: object },
  onDone?: () => void,
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (input: Input) => {
      const { method, path, body } = send(input);
      return applySession(await callApi<Session>(method, path, { body }));
    },
    onSuccess: (session) => {
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' });
      client.setQueryData(sessionQuery.queryKey, session);
      onDone?.();
    },
  });
}
