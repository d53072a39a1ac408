import type { testChannel } from '#src/operations/channels/test-channel.ts';
import type { OutputOf } from '../api/request.ts';
import { StatusBadge } from '../ui/status.tsx';
import classes from './channels.module.css';

/** What the receiver said, and what to do when it refused. */
export function TestAnswer({
  answer: { delivered, message, code, remedy },
}: {
  answer: OutputOf<typeof testChannel>;
}) {
  if (delivered) return <StatusBadge status="passed">{message}</StatusBadge>;
  return (
    <div className={classes.trouble}>
      <StatusBadge status="failed">not delivered</StatusBadge>
      <p>{message}</p>
      <p>
        <b>What to do:</b> {remedy} <code className={classes.dim}>{code}</code>
      </p>
    </div>
  );
}
