import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ruleSentence } from '#src/model/rule-sentence.ts';
import { callApi } from '../../api/request.ts';
import type { PersonalChannel, SubscriptionView } from '../../messages/types.ts';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { LongText } from '../../ui/long-text/long-text.tsx';
import { QueryFallback } from '../../ui/states.tsx';
import { type Column, DataTable } from '../../ui/table/data-table.tsx';
import { useAction } from '../../ui/use-action.ts';
import { noConditions } from '../form/rule-draft.ts';
import classes from '../rules.module.css';
import { subscriptionAddress, subscriptionsQuery } from './queries.ts';
import { SubscriptionDialog } from './subscription-form.tsx';

interface Row {
  channel: PersonalChannel;
  subscription: SubscriptionView | undefined;
}

/** The messages that the user gets for himself. */
export function Subscriptions() {
  const { data, error, refetch } = useQuery(subscriptionsQuery);
  const [edited, setEdited] = useState<string>();
  const rows = (data?.channels ?? []).map((channel) => ({
    channel,
    subscription: data?.subscriptions.find((each) => each.channel === channel.name),
  }));
  const open = rows.find(({ channel }) => channel.name === edited);
  return (
    <section aria-labelledby="subscriptions">
      <h2 id="subscriptions">Subscriptions</h2>
      <p className={classes.dim}>Messages to you alone, about your own submissions or about all of them.</p>
      {data === undefined ? (
        <QueryFallback what="the subscriptions" query={{ error, refetch }} />
      ) : rows.length === 0 ? (
        <p>
          No channel is open to subscriptions. An operator opens one with “Users may subscribe to it” in the
          form of the channel.
        </p>
      ) : (
        <DataTable
          labelledBy="subscriptions"
          rows={rows}
          rowKey={({ channel }) => channel.name}
          columns={columns}
          actions={(row) => <Tools row={row} onEdit={() => setEdited(row.channel.name)} />}
        />
      )}
      {open && <SubscriptionDialog {...open} onClose={() => setEdited(undefined)} />}
    </section>
  );
}

const columns: Column<Row>[] = [
  {
    name: 'Channel',
    width: 9,
    share: 1,
    value: ({ channel: { name, title } }) => (
      <>
        <LongText text={name} />
        <div className={classes.dim}>{title}</div>
      </>
    ),
  },
  {
    name: 'What you get',
    width: 16,
    share: 2,
    wraps: true,
    card: 'bare',
    value: ({ channel, subscription }) =>
      subscription === undefined ? (
        <span className={classes.dim}>nothing</span>
      ) : (
        <>
          <Stopped {...channel} />
          <span className={classes.sentence}>{sentenceOf(subscription)}</span>
        </>
      ),
  },
];

/** Why a subscription sends nothing now. */
function Stopped({ disabled, personal }: PersonalChannel) {
  if (!disabled && personal) return null;
  return (
    <p className={classes.problem}>
      {disabled
        ? 'The channel is off: nothing is sent until an operator switches it on.'
        : 'The channel is no longer open to subscriptions: nothing is sent.'}
    </p>
  );
}

function sentenceOf({ channel, recipient, environments, ownOnly, ...rest }: SubscriptionView): string {
  const sentence = ruleSentence({
    ...rest,
    channel,
    recipients: recipient === null ? [] : [recipient],
    conditions: { ...noConditions, environments },
  });
  return ownOnly ? `${sentence}; only submissions of your own` : sentence;
}

function Tools({ row: { channel, subscription }, onEdit }: { row: Row; onEdit: () => void }) {
  const { name, personal } = channel;
  const remove = useAction({
    run: () => callApi('DELETE', subscriptionAddress(name)),
    successMessage: () => `You are unsubscribed from ${name}.`,
    invalidates: [['subscriptions']],
  });
  if (subscription === undefined) {
    return (
      <Button size="compact-xs" variant="default" aria-label={`Subscribe to ${name}`} onClick={onEdit}>
        Subscribe
      </Button>
    );
  }
  return (
    <>
      {personal && (
        <Button
          size="compact-xs"
          variant="subtle"
          aria-label={`Edit the subscription to ${name}`}
          onClick={onEdit}
        >
          Edit
        </Button>
      )}
      <ConfirmButton
        label="Unsubscribe"
        accessibleName={`Unsubscribe from ${name}`}
        question={`You get no messages through ${name} any more.`}
        busy={remove.isPending}
        onConfirm={() => remove.mutate()}
      />
    </>
  );
}
