import type { Session } from '../api/session.ts';

export function UserMenu({ session }: { session: Session }) {
  if (session.user === null) return null;
  return <span>{session.user.name}</span>;
}
