import type { ReactNode, Ref } from 'react';
import type { Session } from '../api/session.ts';
import { OfflineBanner } from '../ui/offline.tsx';
import { Header } from './header.tsx';
import classes from './shell.module.css';

interface Props {
  /** Undefined until the session is loaded: the frame appears without waiting for it. */
  user: Session['user'] | undefined;
  mainRef?: Ref<HTMLElement>;
  children: ReactNode;
}

/** The frame of every view: header, offline banner, content. */
export function Frame({ user, mainRef, children }: Props) {
  return (
    <>
      <a className={classes.skip} href="#view">
        Skip to content
      </a>
      <Header user={user ?? undefined} />
      <OfflineBanner />
      <main id="view" ref={mainRef} tabIndex={-1} className={classes.main}>
        {children}
      </main>
    </>
  );
}
