import { Anchor } from '@mantine/core';

/** A line of a file, with its address in the web view of its repository where that is known. */
export interface Source {
  file: string;
  line: number;
  url: string | null;
}

/** `file:line`, which wraps behind slashes; a link to the repository where that is known. */
export function SourceLink({ source: { file, line, url } }: { source: Source }) {
  const text = `${file}:${line}`.split(/(?<=\/)/);
  const parts = text.map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of a path have no other key
    <span key={index}>
      {part}
      <wbr />
    </span>
  ));
  if (url === null) return <code>{parts}</code>;
  return (
    <Anchor href={url} target="_blank" rel="noreferrer" underline="always" inherit>
      <code>{parts}</code>
    </Anchor>
  );
}
