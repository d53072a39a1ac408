import { LongText } from '../ui/long-text/long-text.tsx';
import { RepositoryLink } from '../ui/source-link.tsx';
import classes from './lint.module.css';

interface Props {
  place: { path: string; line: number; url: string | null };
}

/**
 * A line of a file in a table: the name of the file and the line, which are never cut, and below them the folder. A link to the web view
 * of its repository where that is known.
 */
export function SourcePlace({ place: { path, line, url } }: Props) {
  const at = path.lastIndexOf('/') + 1;
  return (
    <div className={classes.place}>
      <div className={classes.file}>
        <RepositoryLink url={url}>
          {path.slice(at)}:{line}
        </RepositoryLink>
      </div>
      {at > 0 && (
        <div className={classes.folder}>
          <LongText text={path.slice(0, at)} />
        </div>
      )}
    </div>
  );
}
