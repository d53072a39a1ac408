import { useQuery } from '@tanstack/react-query';
import { Suspense } from 'react';
import { useLocation } from 'wouter';
import { LiveConnection } from '../api/live-connection.tsx';
import { sessionQuery } from '../api/session.ts';
import { lazyPart } from '../load-chunk.ts';
import { Loading, QueryFallback } from '../ui/states.tsx';
import { Frame } from './frame.tsx';
import { Shell } from './shell.tsx';

// On demand: signed-in users never need these.
const { component: SignIn } = lazyPart(() => import('../account/sign-in.tsx'));
const { component: ResetPassword } = lazyPart(() => import('../account/reset-password.tsx'));
const { component: SecondFactorMissing } = lazyPart(() => import('../account/second-factor/missing.tsx'));
const { component: FirstAdmin } = lazyPart(() => import('../account/first-admin.tsx'));

/** Shows the page to signed-in users, and the sign-in form to others. The address stays, so they arrive at the requested view. */
export function SignInGate() {
  const session = useQuery(sessionQuery);
  const [path] = useLocation();
  if (session.data === undefined) {
    return (
      <Frame user={undefined}>
        <QueryFallback what="the page" query={session} />
      </Frame>
    );
  }
  if (session.data.user === null) {
    return (
      <Suspense fallback={<Loading what="the form" />}>
        {path === '/welcome' ? (
          <FirstAdmin />
        ) : path === '/reset' ? (
          <ResetPassword />
        ) : (
          <SignIn session={session.data} />
        )}
      </Suspense>
    );
  }
  if (session.data.user.lacksSecondFactor) {
    return (
      <Suspense fallback={<Loading what="the form" />}>
        <SecondFactorMissing />
      </Suspense>
    );
  }
  // A link of an admin: the user who opens it may be signed in already, also as another user.
  if (path === '/reset' && session.data.user.via !== 'open') {
    return (
      <Suspense fallback={<Loading what="the form" />}>
        <ResetPassword signedInAs={session.data.user.name} />
      </Suspense>
    );
  }
  return (
    <LiveConnection>
      <Shell user={session.data.user} />
    </LiveConnection>
  );
}
