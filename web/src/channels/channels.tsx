import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { MessagesArea } from '../messages/area.tsx';
import { channelsQuery } from '../messages/queries.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { EmptyState, QueryFallback } from '../ui/states.tsx';
import { ChannelRows } from './channel-rows.tsx';

/** Where messages go, and whether they arrive. */
export default function Channels() {
  const { data, error, refetch } = useQuery(channelsQuery);
  const [, go] = useLocation();
  const add = () => go('/new-channel');
  const tools = (
    <ActionButton requiredRole="operator" leftSection={<IconPlus size={14} aria-hidden />} onClick={add}>
      Add channel
    </ActionButton>
  );
  return (
    <MessagesArea tab="Channels" tools={tools}>
      {!data ? (
        <QueryFallback what="the channels" query={{ error, refetch }} />
      ) : data.channels.length === 0 ? (
        <EmptyState
          title="No channels yet"
          action={
            <ActionButton requiredRole="operator" size="sm" onClick={add}>
              Add the first channel
            </ActionButton>
          }
        >
          A channel is where messages go: Slack, Teams, Mattermost, Google Chat, e-mail, a webhook, or the
          commit on GitHub or GitLab. Then a rule says which outcomes are sent to it.
        </EmptyState>
      ) : (
        <ChannelRows channels={data.channels} />
      )}
    </MessagesArea>
  );
}
