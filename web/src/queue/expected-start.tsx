import { VisuallyHidden } from '@mantine/core';
import { approxDuration, clock, fullTime } from '../ui/format.ts';

interface Props {
  /** When the run probably starts; null when it is not known. */
  startsAt: string | Date | null;
  /** The time of the server, as milliseconds. */
  at: number;
}

/** In how long a run probably starts, with the time as its title. */
export function ExpectedStart({ startsAt, at }: Props) {
  if (startsAt === null) {
    return (
      <span title="The duration of the runs ahead is unknown, or no worker is free">
        <span aria-hidden>–</span>
        <VisuallyHidden>unknown</VisuallyHidden>
      </span>
    );
  }
  const start = new Date(startsAt);
  const inMs = start.getTime() - at;
  return (
    <span title={`About ${clock(start)}, ${fullTime(start)}`}>
      {inMs < 5_000 ? 'now' : `in ${approxDuration(inMs)}`}
    </span>
  );
}
