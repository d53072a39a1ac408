import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { MessagesArea } from '../messages/area.tsx';
import { channelsQuery } from '../messages/queries.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { EmptyState, QueryFallback } from '../ui/states.tsx';
import { rulesQuery } from './queries.ts';
import { RuleRows } from './rule-rows.tsx';

/** Which outcomes are sent where. */
export default function Rules() {
  const { data, error, refetch } = useQuery(rulesQuery);
  const { data: channels } = useQuery(channelsQuery);
  const [, go] = useLocation();
  const add = () => go('/new-rule');
  const tools = (
    <ActionButton requiredRole="operator" leftSection={<IconPlus size={14} aria-hidden />} onClick={add}>
      Add rule
    </ActionButton>
  );
  return (
    <MessagesArea tab="Rules" tools={tools}>
      {!data ? (
        <QueryFallback what="the rules" query={{ error, refetch }} />
      ) : data.rules.length > 0 ? (
        <RuleRows rules={data.rules} />
      ) : channels?.channels.length === 0 ? (
        <EmptyState
          title="No rules, and no channel to send to"
          action={
            <Button component={Link} href="/channels" size="sm">
              Go to the channels
            </Button>
          }
        >
          First add a channel, such as Slack or e-mail, and then a rule that says what is sent to it.
        </EmptyState>
      ) : (
        <EmptyState
          title="No rules yet, so nothing is sent"
          action={
            <ActionButton requiredRole="operator" size="sm" onClick={add}>
              Add the first rule
            </ActionButton>
          }
        >
          A rule says what is sent to a channel: failed submissions, recoveries, alerts, or a digest of the
          week. Its form shows what it would have sent last week.
        </EmptyState>
      )}
    </MessagesArea>
  );
}
