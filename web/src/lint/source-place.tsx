import { LongText } from '../ui/long-text/long-text.tsx';

interface Props {
  path: string;
  line: number;
}

/** A line of a file. */
export function SourcePlace({ path, line }: Props) {
  return <LongText text={`${path}:${line}`} />;
}
