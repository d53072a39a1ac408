import { useQuery } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { channelKindsQuery, channelsQuery, isForge } from '../../messages/queries.ts';
import { QueryFallback } from '../../ui/states.tsx';
import { useTitle } from '../../ui/title.ts';
import { ruleQuery } from '../queries.ts';
import { ruleDraftOf } from './rule-draft.ts';
import { RuleForm } from './rule-form.tsx';

export default function EditRule({ params }: { params: { name: string } }) {
  const name = decodeURIComponent(params.name);
  useTitle(`Edit ${name}`);
  const [, go] = useLocation();
  const rule = useQuery(ruleQuery(name));
  const channels = useQuery(channelsQuery);
  const kinds = useQuery(channelKindsQuery);
  if (!rule.data) return <QueryFallback what="the rule" query={rule} />;
  if (!channels.data) return <QueryFallback what="the channels" query={channels} />;
  if (!kinds.data) return <QueryFallback what="the kinds of channels" query={kinds} />;
  // Changes by other users do not overwrite the form.
  return (
    <RuleForm
      title={`Edit ${name}`}
      channels={channels.data.channels.filter((each) => !isForge(each))}
      kinds={kinds.data.kinds}
      saved={rule.data}
      initial={ruleDraftOf(rule.data)}
      onDone={() => go('/rules')}
    />
  );
}
