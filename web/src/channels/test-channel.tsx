import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ChannelView } from '#src/operations/channels/channel-view.ts';
import type { testChannel } from '#src/operations/channels/test-channel.ts';
import { post } from '../api/request.ts';
import { channelKindsQuery } from '../messages/queries.ts';
import { FormProblem } from '../ui/form-problem.tsx';
import { useAction } from '../ui/use-action.ts';
import { channelAddress } from './queries.ts';
import { TestAnswer } from './test-answer.tsx';

/** Sends a test message, and shows what the receiver answered. */
export function TestChannel({ channel, onClose }: { channel: ChannelView; onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} title={`Send a test to ${channel.name}`}>
      <TestForm channel={channel} onClose={onClose} />
    </Modal>
  );
}

function TestForm({ channel, onClose }: { channel: ChannelView; onClose: () => void }) {
  const { data: kinds } = useQuery(channelKindsQuery);
  const [recipient, setRecipient] = useState('');
  const takesRecipients = kinds?.kinds.find(({ kind }) => kind === channel.kind)?.abilities.recipients;
  const test = useAction({
    run: () =>
      post<typeof testChannel>(
        `${channelAddress(channel.name)}/test`,
        recipient.trim() === '' ? {} : { recipient: recipient.trim() },
      ),
    invalidates: [['channels'], ['messages']],
    quiet: true,
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        test.mutate();
      }}
    >
      <Stack gap="sm">
        <p>It says that it is a test. Nothing else is sent.</p>
        {takesRecipients && (
          <TextInput
            label="Recipient"
            description="An e-mail address or the id of a member; empty for the default of the channel"
            autoComplete="off"
            value={recipient}
            onChange={(event) => setRecipient(event.currentTarget.value)}
          />
        )}
        <div role="status">{test.data && <TestAnswer answer={test.data} />}</div>
        <FormProblem error={test.error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="subtle" onClick={onClose}>
            Close
          </Button>
          <Button type="submit" data-autofocus loading={test.isPending}>
            {test.data || test.error ? 'Send again' : 'Send test'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
