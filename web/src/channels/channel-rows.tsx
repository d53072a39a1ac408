import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { ChannelView } from '#src/operations/channels/channel-view.ts';
import { useRefusal } from '../api/session.ts';
import { channelKindsQuery, isForge } from '../messages/queries.ts';
import { rulesQuery } from '../rules/queries.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { LongText } from '../ui/long-text/long-text.tsx';
import { useQueryState } from '../ui/query-state.ts';
import { StatusBadge } from '../ui/status.tsx';
import { SwitchButton } from '../ui/switch-button.tsx';
import { type Column, DataTable } from '../ui/table/data-table.tsx';
import { Time } from '../ui/time.tsx';
import classes from './channels.module.css';
import { channelPage } from './queries.ts';
import { TestChannel } from './test-channel.tsx';
import { useRemoveChannel, useSwitchChannel } from './use-channel-actions.ts';

const columns: Column<ChannelView>[] = [
  { name: 'Name', width: 10, share: 1, value: (channel) => <Name channel={channel} /> },
  {
    name: 'State',
    width: 14,
    share: 2,
    wraps: true,
    card: 'bare',
    value: (channel) => (
      <>
        <State channel={channel} />
        <NoRule channel={channel} />
      </>
    ),
  },
  { name: 'Waiting', width: 'fit', isNumber: true, value: (channel) => <Waiting channel={channel} /> },
  {
    name: 'Last sent',
    width: 'fit',
    value: ({ lastSentAt }) =>
      lastSentAt === null ? <span className={classes.dim}>never</span> : <Time at={lastSentAt} />,
  },
];

export function ChannelRows({ channels }: { channels: readonly ChannelView[] }) {
  const [test, setTest] = useQueryState('test');
  const tested = channels.find(({ name }) => name === test);
  return (
    <>
      <DataTable
        label="Channels"
        rows={channels}
        rowKey={({ id }) => id}
        columns={columns}
        isDim={({ disabled }) => disabled !== null}
        actions={(channel) => <Tools channel={channel} onTest={() => setTest(channel.name)} />}
      />
      {tested && <TestChannel channel={tested} onClose={() => setTest('')} />}
    </>
  );
}

function Name({ channel: { name, kind, personal } }: { channel: ChannelView }) {
  const { data } = useQuery(channelKindsQuery);
  const title = data?.kinds.find((each) => each.kind === kind)?.title ?? kind;
  return (
    <>
      <Anchor component={Link} href={channelPage(name)} fw={600}>
        <LongText text={name} />
      </Anchor>
      <div className={classes.dim}>
        {title}
        {personal && ', open to subscriptions'}
      </div>
    </>
  );
}

function State({ channel: { name, disabled, problem, lastError, lastSentAt } }: { channel: ChannelView }) {
  if (disabled) {
    return (
      <>
        <StatusBadge status="cancelled">off</StatusBadge>
        <div className={classes.dim}>
          since <Time at={disabled.since} />, by <LongText text={disabled.by} />
        </div>
      </>
    );
  }
  const trouble = problem ?? lastError?.message;
  if (trouble) {
    return (
      <>
        <StatusBadge status="failed">does not work</StatusBadge>
        <div className={classes.trouble}>{trouble}</div>
      </>
    );
  }
  if (lastSentAt === null) {
    return (
      <>
        <StatusBadge status="queued">not used yet</StatusBadge>{' '}
        <Anchor component={Link} href={`/channels?test=${encodeURIComponent(name)}`}>
          Send a test
        </Anchor>
      </>
    );
  }
  return <StatusBadge status="passed">works</StatusBadge>;
}

/** A channel without a rule is never used. */
function NoRule({ channel }: { channel: ChannelView }) {
  const { name, disabled } = channel;
  const { data } = useQuery(rulesQuery);
  if (disabled || isForge(channel) || data === undefined) return null;
  if (data.rules.some((rule) => rule.channel === name)) return null;
  return (
    <div className={classes.dim}>
      No rule sends to it.{' '}
      <Anchor component={Link} href={`/new-rule?channel=${encodeURIComponent(name)}`}>
        Add a rule
      </Anchor>
    </div>
  );
}

function Waiting({ channel: { name, waiting } }: { channel: ChannelView }) {
  if (waiting === 0) return null;
  return (
    <Anchor component={Link} href={`/messages?channel=${encodeURIComponent(name)}&state=waiting`}>
      {waiting.toLocaleString()}
    </Anchor>
  );
}

function Tools({ channel, onTest }: { channel: ChannelView; onTest: () => void }) {
  const { name, disabled } = channel;
  const refusal = useRefusal('operator');
  const toggle = useSwitchChannel(channel);
  const remove = useRemoveChannel(channel);
  return (
    <>
      <ActionButton
        requiredRole="operator"
        variant="default"
        size="compact-xs"
        aria-label={`Send test: ${name}`}
        onClick={onTest}
      >
        Send test
      </ActionButton>
      <SwitchButton name={name} isOff={disabled !== null} toggle={toggle} />
      {refusal === undefined && (
        <ConfirmButton
          label="Remove"
          accessibleName={`Remove ${name}`}
          question="Its rules are removed too, and waiting messages are dropped. Messages that were sent stay in the list."
          busy={remove.isPending}
          onConfirm={() => remove.mutate()}
        />
      )}
    </>
  );
}
