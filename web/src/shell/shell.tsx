import { Suspense, useEffect, useRef } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import type { Session } from '../api/session.ts';
import { ReservationNotifications } from '../notify/reservation-notifications.tsx';
import { RunNotifications } from '../notify/run-notifications.tsx';
import { ErrorBoundary } from '../ui/error-boundary.tsx';
import { useShortcut } from '../ui/shortcuts.tsx';
import { Loading } from '../ui/states.tsx';
import { navigation, views } from '../views.tsx';
import { Frame } from './frame.tsx';
import { NotFound } from './not-found.tsx';
import { TabAttention } from './tab-attention.tsx';

/** The page of a signed-in user: the frame with the view at the address, and the shortcuts. */
export function Shell({ user }: { user: NonNullable<Session['user']> }) {
  const [path] = useLocation();
  const main = useRef<HTMLElement>(null);
  const isFirstRender = useRef(true);

  // The link that was clicked may be gone, and the focus with it. Focusing the view makes screen readers read its title.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs on each change of the path
  useEffect(() => {
    if (isFirstRender.current) isFirstRender.current = false;
    else main.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [path]);

  return (
    <>
      <TabAttention />
      <RunNotifications />
      <ReservationNotifications />
      {navigation.map((entry) => (
        <NavigationShortcut key={entry.path} {...entry} />
      ))}
      <Frame user={user} mainRef={main}>
        <ErrorBoundary key={path}>
          <Suspense fallback={<Loading what="the view" />}>
            <Switch>
              {views.map(({ path, component }) => (
                <Route key={path} path={path} component={component as never} />
              ))}
              <Route component={NotFound} />
            </Switch>
          </Suspense>
        </ErrorBoundary>
      </Frame>
    </>
  );
}

function NavigationShortcut({ path, name, letter }: { path: string; name: string; letter: string }) {
  const [, navigate] = useLocation();
  useShortcut(`g ${letter}`, name, () => navigate(path));
  return null;
}
