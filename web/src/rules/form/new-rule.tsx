import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation, useSearchParams } from 'wouter';
import { channelKindsQuery, channelsQuery, isForge } from '../../messages/queries.ts';
import { EmptyState, QueryFallback } from '../../ui/states.tsx';
import { useTitle } from '../../ui/title.ts';
import { ruleQuery } from '../queries.ts';
import { newRuleDraft, type RuleDraft, ruleDraftOf } from './rule-draft.ts';
import { RuleForm } from './rule-form.tsx';

/** The form for a new rule: for the channel of the address, or a copy of the rule that `from` names. */
export default function NewRule() {
  useTitle('New rule');
  const [search] = useSearchParams();
  const from = search.get('from');
  return from === null ? <Form channel={search.get('channel') ?? undefined} /> : <Copy from={from} />;
}

function Copy({ from }: { from: string }) {
  const { data, error, refetch } = useQuery(ruleQuery(from));
  if (!data) return <QueryFallback what="the rule" query={{ error, refetch }} />;
  return <Form copy={{ ...ruleDraftOf(data), name: `${data.name} copy` }} />;
}

function Form({ channel, copy }: { channel?: string | undefined; copy?: RuleDraft }) {
  const [, go] = useLocation();
  const channels = useQuery(channelsQuery);
  const kinds = useQuery(channelKindsQuery);
  if (!channels.data) return <QueryFallback what="the channels" query={channels} />;
  if (!kinds.data) return <QueryFallback what="the kinds of channels" query={kinds} />;
  const offered = channels.data.channels.filter((each) => !isForge(each));
  const [first] = offered;
  if (first === undefined) {
    return (
      <>
        <h1>New rule</h1>
        <EmptyState
          title="No channel to send to"
          action={
            <Button component={Link} href="/new-channel" size="sm">
              Add a channel
            </Button>
          }
        >
          A rule sends to a channel, such as Slack or e-mail.
        </EmptyState>
      </>
    );
  }
  return (
    <RuleForm
      title="New rule"
      channels={offered}
      kinds={kinds.data.kinds}
      initial={copy ?? newRuleDraft(channel ?? first.name)}
      onDone={() => go('/rules')}
    />
  );
}
