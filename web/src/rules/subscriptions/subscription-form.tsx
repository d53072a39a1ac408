import { Checkbox, Modal, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Occasion } from '#src/model/message-rule.ts';
import { toProblem } from '../../api/problem.ts';
import { callApi } from '../../api/request.ts';
import { nowQuery } from '../../environments/queries.ts';
import type { PersonalChannel, SubscriptionView } from '../../messages/types.ts';
import { DialogForm } from '../../ui/dialog-form.tsx';
import { fieldProblems } from '../../ui/field-problems.ts';
import { NamesInput } from '../../ui/names-input.tsx';
import { useAction } from '../../ui/use-action.ts';
import { OccasionFields } from '../form/occasion-fields.tsx';
import { defaultTimes, type TimesDraft, timeFieldsOf, timesOf, usualOccasions } from '../form/rule-draft.ts';
import { TimeFields } from '../form/time-fields.tsx';
import { subscriptionAddress } from './queries.ts';

interface Props {
  channel: PersonalChannel;
  /** Undefined: not subscribed yet. */
  subscription: SubscriptionView | undefined;
  onClose: () => void;
}

export function SubscriptionDialog(props: Props) {
  return (
    <Modal opened onClose={props.onClose} size="lg" title={`Messages to you through ${props.channel.name}`}>
      <SubscriptionForm {...props} />
    </Modal>
  );
}

interface Draft extends TimesDraft {
  recipient: string;
  ownOnly: boolean;
  environments: string[];
  occasions: Occasion[];
}

function draftOf(subscription: SubscriptionView | undefined): Draft {
  if (subscription === undefined) {
    return { recipient: '', ownOnly: true, environments: [], occasions: usualOccasions, ...defaultTimes() };
  }
  const { recipient, ownOnly, environments, occasions } = subscription;
  return {
    recipient: recipient ?? '',
    ownOnly,
    environments,
    occasions: occasions.filter((occasion) => occasion !== 'digest'),
    ...timesOf(subscription),
  };
}

function SubscriptionForm({ channel, subscription, onClose }: Props) {
  const [draft, setDraft] = useState(() => draftOf(subscription));
  const change = (changes: Partial<Draft>) => setDraft((before) => ({ ...before, ...changes }));
  const { data: now } = useQuery(nowQuery);
  const save = useAction({
    run: () => {
      const { ownOnly, environments, recipient } = draft;
      const body = {
        ...{ ownOnly, environments, ...timeFieldsOf(draft) },
        ...(channel.recipients && { recipient: recipient.trim() === '' ? null : recipient.trim() }),
      };
      return callApi('PUT', subscriptionAddress(channel.name), { body });
    },
    successMessage: () => `You are subscribed to ${channel.name}.`,
    invalidates: [['subscriptions']],
    onSuccess: onClose,
    quiet: true,
  });
  const problems = fieldProblems(save.error ? toProblem(save.error) : undefined);
  return (
    <DialogForm
      action={save}
      submitLabel={subscription === undefined ? 'Subscribe' : 'Save'}
      isDisabled={draft.occasions.length === 0 && !draft.hasDigest}
      problem={Object.keys(problems).length === 0 ? save.error : null}
      onClose={onClose}
    >
      {channel.recipients && (
        <TextInput
          label="Your address"
          description="An e-mail address, or the id of a member of the workspace"
          required
          data-autofocus
          autoComplete="email"
          value={draft.recipient}
          error={problems['recipient']}
          onChange={(event) => change({ recipient: event.currentTarget.value })}
        />
      )}
      <Checkbox
        size="xs"
        label="Only submissions of my own"
        checked={draft.ownOnly}
        onChange={(event) => change({ ownOnly: event.currentTarget.checked })}
      />
      <OccasionFields
        occasions={draft.occasions}
        error={problems['occasions']}
        hidesAlerts
        onChange={(occasions) => change({ occasions })}
      />
      <NamesInput
        label="Environments"
        placeholder="all"
        suggestions={now?.lanes.map(({ code }) => code) ?? []}
        names={draft.environments}
        error={problems['environments']}
        onChange={(environments) => change({ environments })}
      />
      <TimeFields times={draft} problems={problems} onChange={change} />
    </DialogForm>
  );
}
