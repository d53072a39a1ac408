import { useEffect, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import type { Session } from '../api/session.ts';
import { addressOf } from '../base-path.ts';
import { NotifyButton } from '../notify/notify-button.tsx';
import { ViewsMenu } from '../saved-views/views-menu.tsx';
import { Appearance } from '../ui/appearance.tsx';
import { navigation, preload } from '../views.tsx';
import classes from './header.module.css';
import { NewRun } from './new-run.tsx';
import { PaletteButton } from './palette-button.tsx';
import { UserMenu } from './user-menu.tsx';

/** The header of every view. Without a user until the session is loaded. */
export function Header({ user }: { user: NonNullable<Session['user']> | undefined }) {
  const [location] = useLocation();
  const isHere = (path: string) => location === path || (path !== '/' && location.startsWith(`${path}/`));
  const nav = useRef<HTMLElement>(null);
  // In a narrow window the link of the current view may be out of sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs on each change of the location
  useEffect(() => {
    nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [location]);
  return (
    <header className={classes.header}>
      <Link href="/" className={classes.name} aria-label="matre, go to the overview">
        <img src={addressOf('/assets/icon.svg')} alt="" width={20} height={20} />
        matre
      </Link>
      <nav ref={nav} className={classes.nav} aria-label="Main">
        {navigation.map(({ path, name, area = [] }) => (
          <Link
            key={path}
            href={path}
            className={classes.link}
            aria-current={[path, ...area].some(isHere) ? 'page' : undefined}
            onPointerEnter={() => preload(path)}
          >
            {name}
          </Link>
        ))}
      </nav>
      <div className={classes.tools}>
        <NewRun />
        {user && (
          <>
            <PaletteButton />
            <ViewsMenu />
            <NotifyButton />
          </>
        )}
        <Appearance />
        {user && <UserMenu user={user} />}
      </div>
    </header>
  );
}
