import { fullTime } from '../ui/format.ts';
import classes from './run.module.css';

/** In place of the log of a run whose files are kept no more. */
export function FilesRemoved({ at }: { at: string }) {
  return (
    <p className={classes.elsewhere}>
      The log, screenshots and other files of this run were removed on {fullTime(new Date(at))}, because they
      were old. Its results stay.
    </p>
  );
}
