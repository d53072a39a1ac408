import { fullTime } from '../ui/format.ts';
import classes from './run.module.css';

/** Replaces the log of a run whose files were removed. */
export function FilesRemoved({ at }: { at: string }) {
  return (
    <p className={classes.note}>
      The log, screenshots and other files of this run were removed on {fullTime(new Date(at))} because of
      their age. The results are kept.
    </p>
  );
}
