import { Anchor } from '@mantine/core';
import type { ReactNode } from 'react';

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
  return (
    <RepositoryLink url={url}>
      <code>{parts}</code>
    </RepositoryLink>
  );
}

/** A link to the web view of a repository; without an address only what is in it. */
export function RepositoryLink({ url, children }: { url: string | null; children: ReactNode }) {
  if (url === null) return children;
  return (
    <Anchor href={url} target="_blank" rel="noreferrer" inherit>
      {children}
    </Anchor>
  );
}
