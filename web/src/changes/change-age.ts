import { plural } from '../ui/format.ts';
import type { ChangesSincePass } from './queries.ts';

type LastChange = NonNullable<NonNullable<ChangesSincePass['step']>['lastChange']>;

/** `3 commits ago`: how far before the commit of a run a change is. */
export function changeAge({ commitsAgo, boundary }: Pick<LastChange, 'commitsAgo' | 'boundary'>): string {
  if (commitsAgo === 0) return `in the commit of this run${boundary ? ' or before it' : ''}`;
  return `${boundary ? 'at least ' : ''}${plural(commitsAgo, 'commit')} ago`;
}
