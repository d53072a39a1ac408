import { queryOptions, useQuery } from '@tanstack/react-query';
import { toProblem } from './problem.ts';
import { ask, rememberCsrf } from './request.ts';

export type Role = 'viewer' | 'operator' | 'admin';

/** Who reads this page, and how somebody may sign in. */
export interface Session {
  signInRequired: boolean;
  user: { name: string; role: Role; via: string } | null;
  csrf: string | null;
  methods: { password: boolean; oidc: { name: string } | null };
  /** There is no user yet: the log of the server has a link for the first one. */
  firstAdmin: boolean;
}

/** What a server is that has no sign-in yet. */
const open: Session = {
  signInRequired: false,
  user: null,
  csrf: null,
  methods: { password: false, oidc: null },
  firstAdmin: false,
};

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }) => {
    const session = await ask<Session>('GET', '/api/session', { signal }).catch((error) => {
      if (toProblem(error).status !== 404) throw error;
      return open;
    });
    rememberCsrf(session.csrf);
    return session;
  },
});

const ranks: Role[] = ['viewer', 'operator', 'admin'];

/** Why the reader may not do what `needed` may; `undefined` when they may. For buttons that are shown but disabled. */
export function useRefusal(needed: Role): string | undefined {
  const { data: session } = useQuery(sessionQuery);
  return refusal(session, needed);
}

export function refusal(session: Session | undefined, needed: Role): string | undefined {
  if (session === undefined) return 'Not known yet whether you may.';
  if (!session.signInRequired) return undefined;
  const role = session.user?.role;
  if (role !== undefined && ranks.indexOf(role) >= ranks.indexOf(needed)) return undefined;
  const article = needed === 'viewer' ? 'a' : 'an';
  return role === undefined
    ? 'You are not signed in.'
    : `This takes ${article} ${needed}; you are a ${role}.`;
}
