import { plural } from '../ui/format.ts';
import { LongText } from '../ui/long-text/long-text.tsx';
import classes from './preview.module.css';
import type { Preview } from './use-preview.ts';

/** How many tests each pattern matches, and what is likely to be a mistake. */
export function PreviewPatterns({ preview: { patterns, warnings } }: { preview: Preview }) {
  if (patterns.length === 0) return null;
  return (
    <ul className={classes.patterns} aria-label="Patterns">
      {patterns.map(({ pattern, tests }) => (
        <li key={pattern}>
          <LongText text={pattern} />: {plural(tests, 'test')}
        </li>
      ))}
      {warnings.map((warning) => (
        <li key={warning} className={classes.warning}>
          {warning}
        </li>
      ))}
    </ul>
  );
}
