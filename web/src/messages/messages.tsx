import { Anchor, Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { NameSelect } from '../ui/name-select.tsx';
import { PageButtons } from '../ui/page-buttons.tsx';
import { useQueryState } from '../ui/query-state.ts';
import { EmptyState, QueryFallback } from '../ui/states.tsx';
import { StatusChoice, StatusChoices } from '../ui/status-choices.tsx';
import { MessagesArea } from './area.tsx';
import { messageStates } from './message-state.tsx';
import { MessageTable } from './message-table.tsx';
import classes from './messages.module.css';
import { channelsQuery, messagesQuery } from './queries.ts';

const pageLength = 50;

/** Everything that was sent, waits, or was given up, the newest first. */
export default function Messages() {
  const [channel, setChannel] = useQueryState('channel');
  const [state, setState] = useQueryState('state');
  const [before, setBefore] = useQueryState('before');
  const { data, error, refetch, isPlaceholderData } = useQuery(
    messagesQuery({ channel, state, before, limit: pageLength }),
  );
  const { data: channels } = useQuery(channelsQuery);
  const isFiltered = channel !== '' || state !== '' || before !== '';
  const tools = (
    <>
      <StatusChoices label="Filter by state">
        <StatusChoice label="All" isSelected={state === ''} onSelect={() => select(setState, '')} />
        {Object.entries(messageStates).map(([name, { status, label }]) => (
          <StatusChoice
            key={name}
            status={status}
            label={label}
            isSelected={state === name}
            onSelect={() => select(setState, name)}
          />
        ))}
      </StatusChoices>
      <NameSelect
        label="Channel"
        all="All channels"
        names={channels?.channels.map(({ name }) => name) ?? []}
        selected={channel}
        onSelect={(name) => select(setChannel, name)}
        className={classes.choice}
      />
    </>
  );
  const select = (set: (value: string) => void, value: string) => {
    set(value);
    setBefore('');
  };
  return (
    <MessagesArea tab="Messages" tools={tools}>
      {!data && <QueryFallback what="the messages" query={{ error, refetch }} />}
      {data?.messages.length === 0 && (
        <NoMessages
          isFiltered={isFiltered}
          hasChannels={channels === undefined || channels.channels.length > 0}
        />
      )}
      {data && data.messages.length > 0 && (
        <div className={classes.list} aria-busy={isPlaceholderData}>
          <MessageTable label="Messages" messages={data.messages} />
        </div>
      )}
      {data && <PageButtons before={before} next={data.next} onChange={setBefore} />}
    </MessagesArea>
  );
}

function NoMessages({ isFiltered, hasChannels }: { isFiltered: boolean; hasChannels: boolean }) {
  if (isFiltered) {
    return (
      <EmptyState title="No messages match these filters">
        <Anchor component={Link} href="/messages">
          Show all messages
        </Anchor>
      </EmptyState>
    );
  }
  if (!hasChannels) {
    return (
      <EmptyState
        title="Nothing has been sent yet: there is no channel"
        action={
          <Button component={Link} href="/channels" size="sm">
            Go to the channels
          </Button>
        }
      >
        A channel is where messages go: a Slack channel, an e-mail list, a webhook. A rule says which outcomes
        are sent there.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title="No messages yet"
      action={
        <Button component={Link} href="/rules" size="sm">
          Go to the rules
        </Button>
      }
    >
      Messages appear here when a rule matches an outcome. The form of a rule shows what it would have sent
      last week.
    </EmptyState>
  );
}
