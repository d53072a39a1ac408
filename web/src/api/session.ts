import { queryOptions, useQuery } from '@tanstack/react-query';
import type { Role } from '#src/model/access.ts';
import type { SessionView } from '#src/server/sign-in/session.ts';
import { setWorkersInServer } from './outage.ts';
import { callApi, setCsrfToken } from './request.ts';

export type { Role };
/** The user of this page, and the ways to sign in. */
export type Session = SessionView;

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }) => applySession(await callApi<Session>('GET', '/api/session', { signal })),
});

/** Uses the CSRF token of a session for the following requests, and what it says about the workers for outages. */
export function applySession(session: Session): Session {
  setCsrfToken(session.csrf);
  setWorkersInServer(session.workersInServer);
  return session;
}

const ranks: Role[] = ['viewer', 'operator', 'admin'];

/** Why the user lacks the `needed` role; `undefined` when they have it. For buttons that are visible but disabled. */
export function useRefusal(requiredRole: Role): string | undefined {
  const { data: session } = useQuery(sessionQuery);
  if (session === undefined) return 'Your role is not known yet.';
  return refusal(session?.user?.role, requiredRole);
}

export function refusal(role: Role | undefined, requiredRole: Role): string | undefined {
  if (role === undefined) return 'You are not signed in.';
  if (ranks.indexOf(role) >= ranks.indexOf(requiredRole)) return undefined;
  return `Requires the ${requiredRole} role; you are ${role === 'viewer' ? 'a' : 'an'} ${role}.`;
}
