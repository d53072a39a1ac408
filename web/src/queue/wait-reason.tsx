import { Anchor } from '@mantine/core';
import { Link } from 'wouter';
import type { QueuedView } from '#src/operations/overview/overview-view.ts';

/** The reason why a run waits; a run number in it links to that run. */
export function WaitReason({ message, run }: Pick<QueuedView['waits'], 'message' | 'run'>) {
  if (run === null || !message.includes(String(run))) return message;
  const [before, after] = message.split(String(run), 2);
  return (
    <>
      {before}
      <Anchor component={Link} href={`/runs/${run}`}>
        #{run}
      </Anchor>
      {after}
    </>
  );
}
