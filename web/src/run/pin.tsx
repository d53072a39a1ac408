import { Button, Popover, TextInput } from '@mantine/core';
import { IconPin, IconPinnedOff } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import type { RunView } from '#src/operations/core/views.ts';
import { callApi } from '../api/request.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { useAction } from '../ui/use-action.ts';

/** Keeps a run from being removed by retention, for a reason that other users see. */
export function Pin({ run: { id, pin } }: { run: RunView }) {
  const [opened, setOpened] = useState(false);
  const [reason, setReason] = useState('');
  const pinning = useAction({
    run: () => callApi<RunView>('PUT', `/api/runs/${id}/pin`, { body: { reason } }),
    successMessage: () => `Run ${id} was pinned.`,
    invalidates: [['run', id], ['retention']],
  });
  const unpinning = useAction({
    run: () => callApi<RunView>('DELETE', `/api/runs/${id}/pin`),
    successMessage: () => `Run ${id} was unpinned.`,
    invalidates: [['run', id], ['retention']],
  });
  if (pin !== null) {
    return (
      <ActionButton
        requiredRole="operator"
        variant="default"
        leftSection={<IconPinnedOff size={14} aria-hidden />}
        title={`Pinned by ${pin.by}: ${pin.reason}`}
        loading={unpinning.isPending}
        onClick={() => unpinning.mutate()}
      >
        Unpin
      </ActionButton>
    );
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setOpened(false);
    pinning.mutate();
  };
  return (
    <Popover opened={opened} onChange={setOpened} trapFocus withArrow>
      <Popover.Target>
        <ActionButton
          requiredRole="operator"
          variant="default"
          leftSection={<IconPin size={14} aria-hidden />}
          loading={pinning.isPending}
          onClick={() => setOpened(!opened)}
        >
          Pin
        </ActionButton>
      </Popover.Target>
      <Popover.Dropdown>
        <form onSubmit={submit}>
          <TextInput
            label="Reason to keep it"
            required
            maxLength={200}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Button type="submit" mt="xs" size="compact-sm">
            Pin run {id}
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
