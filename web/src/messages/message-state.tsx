import type { MessageState as State } from '#src/model/message.ts';
import { type Status, StatusBadge } from '../ui/status.tsx';

/** The states of messages, with the sign and the colour of the status that means the same. */
export const messageStates: Record<State, { status: Status; label: string }> = {
  waiting: { status: 'queued', label: 'waiting' },
  sent: { status: 'passed', label: 'sent' },
  'given-up': { status: 'failed', label: 'given up' },
  dropped: { status: 'cancelled', label: 'dropped' },
};

export function MessageState({ state, count }: { state: State; count?: number }) {
  const { status, label } = messageStates[state];
  return (
    <StatusBadge status={status}>
      {count === undefined ? '' : `${count} `}
      {label}
    </StatusBadge>
  );
}
