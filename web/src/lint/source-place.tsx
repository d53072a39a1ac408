import { LongText } from '../ui/long-text/long-text.tsx';
import { RepositoryLink } from '../ui/source-link.tsx';

interface Props {
  place: { path: string; line: number; url: string | null };
}

/** A line of a file in a table; a link to the web view of its repository where that is known. */
export function SourcePlace({ place: { path, line, url } }: Props) {
  return (
    <RepositoryLink url={url}>
      <LongText text={`${path}:${line}`} />
    </RepositoryLink>
  );
}
