import { Suspense, useEffect, useRef } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import type { Session } from '../api/session.ts';
import { ErrorBoundary } from '../ui/error-boundary.tsx';
import { OfflineBanner } from '../ui/offline.tsx';
import { useShortcut } from '../ui/shortcuts.tsx';
import { Loading } from '../ui/states.tsx';
import { navigation, views } from '../views.tsx';
import { Header } from './header.tsx';
import { NotFound } from './not-found.tsx';
import classes from './shell.module.css';

/** The frame of every view: header, offline banner, shortcuts, content. */
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
      <a className={classes.skip} href="#view">
        Skip to content
      </a>
      <Header user={user} />
      <OfflineBanner />
      {navigation.map((entry) => (
        <NavigationShortcut key={entry.path} {...entry} />
      ))}
      <main id="view" ref={main} tabIndex={-1} className={classes.main}>
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
      </main>
    </>
  );
}

function NavigationShortcut({ path, name, letter }: { path: string; name: string; letter: string }) {
  const [, navigate] = useLocation();
  useShortcut(`g ${letter}`, name, () => navigate(path));
  return null;
}
