import { useQuery } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { channelKindsQuery } from '../messages/queries.ts';
import { QueryFallback } from '../ui/states.tsx';
import { useTitle } from '../ui/title.ts';
import { channelDraftOf } from './channel-draft.ts';
import { ChannelForm } from './channel-form.tsx';
import { channelQuery } from './queries.ts';

export default function EditChannel({ params }: { params: { name: string } }) {
  const name = decodeURIComponent(params.name);
  useTitle(`Edit ${name}`);
  const [, go] = useLocation();
  const channel = useQuery(channelQuery(name));
  const kinds = useQuery(channelKindsQuery);
  if (!channel.data) return <QueryFallback what="the channel" query={channel} />;
  if (!kinds.data) return <QueryFallback what="the kinds of channels" query={kinds} />;
  // Changes by other users do not overwrite the form.
  return (
    <ChannelForm
      title={`Edit ${name}`}
      kinds={kinds.data.kinds}
      saved={channel.data}
      initial={channelDraftOf(channel.data)}
      onDone={() => go('/channels')}
    />
  );
}
