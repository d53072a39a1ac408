import type { ReactNode } from 'react';
import { addressOf } from '../base-path.ts';
import { Appearance } from '../ui/appearance.tsx';
import classes from './gate.module.css';

/** The frame of the forms for users who are not signed in. */
export function Gate({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className={classes.gate}>
      <header className={classes.head}>
        <Appearance />
      </header>
      <main className={classes.card}>
        <div className={classes.name}>
          <img src={addressOf('/assets/icon.svg')} alt="" width={28} height={28} />
          matre
        </div>
        <h1 className={classes.title}>{title}</h1>
        {children}
      </main>
    </div>
  );
}
