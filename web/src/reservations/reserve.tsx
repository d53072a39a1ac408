import { Modal, NativeSelect, TextInput } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { useState } from 'react';
import { maxReservationReasonLength } from '#src/model/limits.ts';
import type { addReservation } from '#src/operations/reservations/reservations.ts';
import { noteOwnReservation } from '../api/own-reservations.ts';
import { post } from '../api/request.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { DialogForm } from '../ui/dialog-form.tsx';
import { useAction } from '../ui/use-action.ts';
import { hourAfter, localMoment } from './local-moment.ts';
import { reservationKeys } from './queries.ts';
import { UntilField } from './until-field.tsx';

interface Props {
  code: string;
  /** The runs of the environment that are queued or running. */
  runs: readonly { id: number; summary: string }[];
}

/** Reserves an environment, with a form in a dialog. */
export function Reserve({ code, runs }: Props) {
  const [opened, setOpened] = useState(false);
  const close = () => setOpened(false);
  return (
    <>
      <ActionButton
        requiredRole="operator"
        variant="default"
        size="xs"
        aria-label={`Reserve ${code}`}
        leftSection={<IconLock size={14} aria-hidden />}
        onClick={() => setOpened(true)}
      >
        Reserve
      </ActionButton>
      <Modal opened={opened} onClose={close} title={`Reserve ${code}`}>
        <ReserveForm code={code} runs={runs} onClose={close} />
      </Modal>
    </>
  );
}

function ReserveForm({ code, runs, onClose }: Props & { onClose: () => void }) {
  const [reason, setReason] = useState('');
  const [begin, setBegin] = useState('now');
  const [from, setFrom] = useState(() => hourAfter(new Date(), 1));
  const [until, setUntil] = useState(() => hourAfter(new Date(), 2));
  const endsAt = localMoment(until);
  const beginsAt = begin === 'time' ? localMoment(from) : undefined;
  const add = useAction({
    run: () =>
      post<typeof addReservation>('/api/reservations', {
        environment: code,
        reason,
        endsAt: endsAt ?? '',
        ...(begin === 'time' && { beginsAt }),
        ...(begin.startsWith('run ') && { afterRun: Number(begin.slice(4)) }),
        requestedBy: 'page',
      }),
    successMessage: ({ state }) =>
      state === 'active' ? `${code} is reserved for you.` : `The reservation of ${code} begins later.`,
    invalidates: reservationKeys,
    onSuccess: ({ id }) => {
      noteOwnReservation(id);
      onClose();
    },
    quiet: true,
  });
  const isComplete =
    reason.trim() !== '' && endsAt !== undefined && (begin !== 'time' || beginsAt !== undefined);
  return (
    <DialogForm action={add} submitLabel="Reserve" isDisabled={!isComplete} onClose={onClose}>
      <TextInput
        label="Reason"
        description="Shown wherever runs wait for it. The current run is finished first; later runs start after it."
        placeholder="look at the cart"
        data-autofocus
        required
        maxLength={maxReservationReasonLength}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <NativeSelect
        label="Begin"
        value={begin}
        onChange={(event) => setBegin(event.currentTarget.value)}
        data={[
          { value: 'now', label: 'as soon as the environment is free' },
          ...runs.map(({ id, summary }) => ({ value: `run ${id}`, label: `after run ${id} (${summary})` })),
          { value: 'time', label: 'at a time' },
        ]}
      />
      {begin === 'time' && (
        <TextInput
          type="datetime-local"
          label="From"
          required
          value={from}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
      )}
      <UntilField value={until} onChange={setUntil} />
    </DialogForm>
  );
}
