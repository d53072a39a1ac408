import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { useTitle } from '../ui/title.ts';
import classes from './area.module.css';

const tabs = [
  { path: '/messages', name: 'Messages' },
  { path: '/channels', name: 'Channels' },
  { path: '/rules', name: 'Rules' },
  { path: '/templates', name: 'Templates' },
  { path: '/alerts', name: 'Alerts' },
] as const;

type TabName = (typeof tabs)[number]['name'];

interface Props {
  tab: TabName;
  /** Filters and buttons beside the title. */
  tools?: ReactNode;
  children: ReactNode;
}

/** A list of the area of messages: its title, and the links to the other lists of the area. */
export function MessagesArea({ tab, tools, children }: Props) {
  useTitle(tab);
  const [location] = useLocation();
  return (
    <div className={classes.area}>
      <nav className={classes.tabs} aria-label="Messages">
        {tabs.map(({ path, name }) => (
          <Link
            key={path}
            href={path}
            className={classes.tab}
            aria-current={location === path ? 'page' : undefined}
          >
            {name}
          </Link>
        ))}
      </nav>
      <div className={classes.head}>
        <h1>{tab}</h1>
        {tools && <span className={classes.tools}>{tools}</span>}
      </div>
      {children}
    </div>
  );
}
