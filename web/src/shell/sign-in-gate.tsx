import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { useLocation } from 'wouter';
import { LiveConnection } from '../api/live-connection.tsx';
import { sessionQuery } from '../api/session.ts';
import { loadChunk } from '../load-chunk.ts';
import { ErrorState, Loading } from '../ui/states.tsx';
import { Shell } from './shell.tsx';

// Whoever is signed in never needs these.
const SignIn = lazy(() => loadChunk(() => import('../account/sign-in.tsx')));
const FirstAdmin = lazy(() => loadChunk(() => import('../account/first-admin.tsx')));

/** Lets in who may be here; everybody else signs in first, and is then at the address that they asked for. */
export function Door() {
  const session = useQuery(sessionQuery);
  const [path] = useLocation();
  if (session.data === undefined) {
    if (session.isError) return <ErrorState error={session.error} onRetry={() => void session.refetch()} />;
    return <Loading what="the page" />;
  }
  if (session.data.user === null) {
    return (
      <Suspense fallback={<Loading what="the form" />}>
        {path === '/welcome' ? <FirstAdmin /> : <SignIn session={session.data} />}
      </Suspense>
    );
  }
  return (
    <LiveConnection>
      <Shell user={session.data.user} />
    </LiveConnection>
  );
}
