import { IconAlertTriangle, IconInfoCircle, IconX } from '@tabler/icons-react';
import classes from './lint.module.css';
import type { Level } from './queries.ts';

const signs = { error: IconX, warning: IconAlertTriangle, note: IconInfoCircle };

/** The sign of a level alone: use it only next to the word. */
export function LevelSign({ level }: { level: Level }) {
  const Sign = signs[level];
  return <Sign size={14} stroke={2.5} className={classes.sign} data-level={level} aria-hidden />;
}

/** The level of a finding, as sign and word. */
export function LevelBadge({ level }: { level: Level }) {
  return (
    <span className={classes.level} data-level={level}>
      <LevelSign level={level} />
      {level}
    </span>
  );
}
