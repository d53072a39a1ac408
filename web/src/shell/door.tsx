import { useQuery } from '@tanstack/react-query';
import { LiveConnection } from '../api/live-connection.tsx';
import { sessionQuery } from '../api/session.ts';
import { ErrorState, Loading } from '../parts/states.tsx';
import { Shell } from './shell.tsx';

/** Lets in who may be here; everybody else signs in first, and comes to the address that they asked for. */
export function Door() {
  const session = useQuery(sessionQuery);
  if (session.data === undefined) {
    if (session.isError) return <ErrorState error={session.error} onRetry={() => void session.refetch()} />;
    return <Loading what="the page" />;
  }
  return (
    <LiveConnection>
      <Shell session={session.data} />
    </LiveConnection>
  );
}
