import { Anchor } from '@mantine/core';
import { LongText } from '../ui/long-text/long-text.tsx';

interface Props {
  place: { path: string; line: number; url: string | null };
}

/** A line of a file in a table; a link to the web view of its repository where that is known. */
export function SourcePlace({ place: { path, line, url } }: Props) {
  const text = <LongText text={`${path}:${line}`} />;
  if (url === null) return text;
  return (
    <Anchor href={url} target="_blank" rel="noreferrer" underline="always" inherit>
      {text}
    </Anchor>
  );
}
