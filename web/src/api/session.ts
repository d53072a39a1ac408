import { queryOptions, useQuery } from '@tanstack/react-query';
import type { Role } from '../../../src/model/access.ts';
import type { SessionView } from '../../../src/server/sign-in/session.ts';
import { ask, rememberCsrf } from './request.ts';

export type { Role };
/** Who reads this page, and how somebody may sign in. */
export type Session = SessionView;

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }) => keep(await ask<Session>('GET', '/api/session', { signal })),
});

/** What an answer says of the session, for the requests that follow. */
export function keep(session: Session): Session {
  rememberCsrf(session.csrf);
  return session;
}

const ranks: Role[] = ['viewer', 'operator', 'admin'];

/** Why the reader may not do what `needed` may; `undefined` when they may. For buttons that are shown but disabled. */
export function useRefusal(needed: Role): string | undefined {
  const { data: session } = useQuery(sessionQuery);
  return refusal(session?.user?.role, needed);
}

export function refusal(role: Role | undefined, needed: Role): string | undefined {
  if (role === undefined) return 'You are not signed in.';
  if (ranks.indexOf(role) >= ranks.indexOf(needed)) return undefined;
  const withArticle = (each: Role) => `${each === 'viewer' ? 'a' : 'an'} ${each}`;
  return `This takes ${withArticle(needed)}; you are ${withArticle(role)}.`;
}
