import { queryOptions, useQuery } from '@tanstack/react-query';
import type { Role } from '../../../src/model/access.ts';
import type { SessionView } from '../../../src/server/sign-in/session.ts';
import { ask, rememberCsrf } from './request.ts';

export type { Role };
/** The user of this page, and the ways to sign in. */
export type Session = SessionView;

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }) => keep(await ask<Session>('GET', '/api/session', { signal })),
});

/** Uses the CSRF token of a session for the following requests. */
export function keep(session: Session): Session {
  rememberCsrf(session.csrf);
  return session;
}

const ranks: Role[] = ['viewer', 'operator', 'admin'];

/** Why the user lacks the `needed` role; `undefined` when they have it. For buttons that are visible but disabled. */
export function useRefusal(needed: Role): string | undefined {
  const { data: session } = useQuery(sessionQuery);
  return refusal(session?.user?.role, needed);
}

export function refusal(role: Role | undefined, needed: Role): string | undefined {
  if (role === undefined) return 'You are not signed in.';
  if (ranks.indexOf(role) >= ranks.indexOf(needed)) return undefined;
  return `Requires the ${needed} role; you are ${role === 'viewer' ? 'a' : 'an'} ${role}.`;
}
