import type { ReasonView } from '#src/operations/tests/changes-view.ts';
import { plural } from '../ui/format.ts';
import classes from './changes.module.css';

/** Why a test is among those that changed, each with its place. */
export function Reasons({ reasons, more }: { reasons: readonly ReasonView[]; more: number }) {
  return (
    <ul className={classes.reasons}>
      {reasons.map(({ kind, text, file, line, before, after }) => (
        <li key={`${kind} ${text} ${file}:${line}`}>
          {text}
          {before !== null && after !== null && (
            <>
              : <del>{before}</del> <ins>{after}</ins>
            </>
          )}
          {file !== null && (
            <code className={classes.place}>
              {file}:{line}
            </code>
          )}
        </li>
      ))}
      {more > 0 && <li className={classes.place}>and {plural(more, 'more reason')}</li>}
    </ul>
  );
}
