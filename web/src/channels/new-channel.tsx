import { useQuery } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { channelKindsQuery } from '../messages/queries.ts';
import { QueryFallback } from '../ui/states.tsx';
import { useTitle } from '../ui/title.ts';
import { newChannelDraft } from './channel-draft.ts';
import { ChannelForm } from './channel-form.tsx';

/** The form for a new channel. What comes next is a test message, which the list offers. */
export default function NewChannel() {
  useTitle('New channel');
  const { data, error, refetch } = useQuery(channelKindsQuery);
  const [, go] = useLocation();
  if (!data) return <QueryFallback what="the kinds of channels" query={{ error, refetch }} />;
  const [first] = data.kinds;
  if (first === undefined) return null;
  return (
    <ChannelForm
      title="New channel"
      kinds={data.kinds}
      initial={newChannelDraft(first)}
      onDone={(name) => go(`/channels?test=${encodeURIComponent(name)}`)}
    />
  );
}
