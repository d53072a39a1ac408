import { Anchor } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { MessagePurpose } from '#src/model/message.ts';
import type { retryMessage } from '#src/operations/messages/messages.ts';
import { post } from '../api/request.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { plural } from '../ui/format.ts';
import { LongText } from '../ui/long-text/long-text.tsx';
import { type Column, DataTable } from '../ui/table/data-table.tsx';
import { Time } from '../ui/time.tsx';
import { useAction } from '../ui/use-action.ts';
import { MessageState } from './message-state.tsx';
import classes from './messages.module.css';
import { messageAddress } from './queries.ts';
import type { MessageView } from './types.ts';

const purposes: Record<MessagePurpose, string> = {
  post: 'Message',
  edit: 'Update of the message',
  reply: 'Reply in its thread',
  status: 'Commit status',
  comment: 'Comment',
  test: 'Test',
};

const columns: Column<MessageView>[] = [
  { name: 'Message', width: 14, share: 3, wraps: true, value: (message) => <Subject message={message} /> },
  { name: 'State', width: 'fit', card: 'bare', value: ({ state }) => <MessageState state={state} /> },
  { name: 'To', width: 10, share: 1, value: (message) => <Receiver message={message} /> },
  { name: 'When', width: 'fit', value: (message) => <When message={message} /> },
  {
    name: 'Why',
    width: 12,
    share: 3,
    wraps: true,
    card: 'bare',
    value: (message) => <Why message={message} />,
  },
];

/** Messages, with a button for those that were given up. */
export function MessageTable({ label, messages }: { label: string; messages: readonly MessageView[] }) {
  return (
    <DataTable
      label={label}
      rows={messages}
      rowKey={({ id }) => id}
      columns={columns}
      isDim={({ state }) => state === 'dropped'}
      actions={(message) => message.state === 'given-up' && <Retry message={message} />}
    />
  );
}

/** The page of what a message is about. */
function addressOf({ submission, run, alert }: MessageView): string | undefined {
  if (run !== null) return `/runs/${run}`;
  if (submission !== null) return `/submissions/${submission}`;
  return alert === null ? undefined : '/alerts';
}

function Subject({ message }: { message: MessageView }) {
  const { headline, purpose } = message;
  const address = addressOf(message);
  const text = headline ?? purposes[purpose];
  return (
    <>
      {address === undefined ? (
        <span className={classes.subject}>{text}</span>
      ) : (
        <Anchor component={Link} href={address} className={classes.subject}>
          {text}
        </Anchor>
      )}
      {purpose !== 'post' && headline !== null && <div className={classes.dim}>{purposes[purpose]}</div>}
    </>
  );
}

function Receiver({ message: { channel, recipient, rule } }: { message: MessageView }) {
  return (
    <>
      <LongText text={channel} />
      {recipient !== null && (
        <div>
          <LongText text={recipient} />
        </div>
      )}
      {rule !== null && (
        <div className={classes.dim}>
          <LongText text={`rule ${rule}`} />
        </div>
      )}
    </>
  );
}

function When({ message: { sending, dueAt, endedAt, createdAt } }: { message: MessageView }) {
  if (sending) return 'now';
  if (dueAt !== null && new Date(dueAt).getTime() > Date.now()) {
    return (
      <>
        next try <Time at={dueAt} />
      </>
    );
  }
  return <Time at={endedAt ?? createdAt} />;
}

/** Why it is sent, and why it was not. */
function Why({ message: { state, reason, error, attempts } }: { message: MessageView }) {
  return (
    <>
      {error !== null && state !== 'sent' && (
        <div>
          {error.message} <code className={classes.dim}>{error.code}</code>
        </div>
      )}
      <div className={classes.dim}>
        {[reason, attempts > 1 && plural(attempts, 'attempt')].filter(Boolean).join(', ')}
      </div>
    </>
  );
}

function Retry({ message: { id, channel } }: { message: MessageView }) {
  const retry = useAction({
    run: () => post<typeof retryMessage>(`${messageAddress(id)}/retry`),
    successMessage: () => `The message to ${channel} will be sent again.`,
    invalidates: [['messages'], ['channels']],
  });
  return (
    <ActionButton
      requiredRole="operator"
      variant="default"
      size="compact-xs"
      leftSection={<IconRefresh size={14} aria-hidden />}
      aria-label={`Try again: message ${id} to ${channel}`}
      loading={retry.isPending}
      onClick={() => retry.mutate()}
    >
      Try again
    </ActionButton>
  );
}
