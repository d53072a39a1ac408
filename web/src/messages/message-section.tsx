import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { plural } from '../ui/format.ts';
import { MessageState } from './message-state.tsx';
import { MessageTable } from './message-table.tsx';
import classes from './messages.module.css';
import { submissionMessagesQuery } from './queries.ts';
import type { MessageView } from './types.ts';

interface Props {
  submission: number;
  /** Leaves out what is about other runs of the submission. */
  run?: number;
}

/**
 * What was sent about a submission, to whom and when, and why other rules sent nothing. Folded, because results matter more; the summary
 * has the numbers.
 */
export function MessageSection({ submission, run }: Props) {
  const { data, error } = useQuery(submissionMessagesQuery(submission));
  if (!data) return error ? <p className={classes.dim}>Messages: {error.message}</p> : null;
  const messages = data.messages.filter((each) => run === undefined || each.run === null || each.run === run);
  const { notSent } = data;
  return (
    <details className={classes.details}>
      <summary>
        <h2>Messages</h2>
        <Tally messages={messages} />
        {messages.length === 0 && <span className={classes.dim}>none sent</span>}
        {notSent.length > 0 && (
          <span className={classes.dim}>{plural(notSent.length, 'rule')} did not apply</span>
        )}
      </summary>
      {messages.length > 0 && <MessageTable label="Messages" messages={messages} />}
      {notSent.length > 0 && (
        <>
          <h3>Not sent</h3>
          <ul className={classes.reasons} aria-label="Not sent">
            {notSent.map(({ rule, channel, reason }) => (
              <li key={`${rule} ${channel}`}>
                <b>{rule}</b> to {channel}: {reason}
              </li>
            ))}
          </ul>
        </>
      )}
      {messages.length + notSent.length === 0 && (
        <p className={classes.dim}>
          No rule sent a message.{' '}
          <Anchor component={Link} href="/rules">
            Rules
          </Anchor>{' '}
          say which outcomes are sent where.
        </p>
      )}
    </details>
  );
}

function Tally({ messages }: { messages: readonly MessageView[] }) {
  const states = [...new Set(messages.map(({ state }) => state))];
  return states.map((state) => (
    <MessageState key={state} state={state} count={messages.filter((each) => each.state === state).length} />
  ));
}
