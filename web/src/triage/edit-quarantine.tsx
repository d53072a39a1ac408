import { Modal } from '@mantine/core';
import { useState } from 'react';
import type { QuarantineView } from '#src/operations/triage/quarantine-view.ts';
import { callApi } from '../api/request.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { DialogForm } from '../ui/dialog-form.tsx';
import { useAction } from '../ui/use-action.ts';
import { dayAfter, endOfDay } from './quarantine-end.ts';
import { isComplete, QuarantineFields } from './quarantine-fields.tsx';

interface Props {
  quarantine: QuarantineView;
  name: string;
}

/** Changes the end, reason and owner of a quarantine, with a form in a dialog. */
export function EditQuarantine({ quarantine, name }: Props) {
  const [opened, setOpened] = useState(false);
  const close = () => setOpened(false);
  return (
    <>
      <ActionButton
        requiredRole="operator"
        size="compact-xs"
        variant="subtle"
        aria-label={`Edit the quarantine of ${name}`}
        onClick={() => setOpened(true)}
      >
        Edit
      </ActionButton>
      <Modal opened={opened} onClose={close} title={`Quarantine of ${name}`}>
        <EditForm quarantine={quarantine} name={name} onClose={close} />
      </Modal>
    </>
  );
}

function EditForm({ quarantine, name, onClose }: Props & { onClose: () => void }) {
  const { id, reason, owner, endsAt } = quarantine;
  const before = { reason, owner, day: dayAfter(0, new Date(endsAt)) };
  const [draft, setDraft] = useState(before);
  const end = endOfDay(draft.day);
  const change = useAction({
    run: () =>
      callApi('PATCH', `/api/quarantines/${id}`, {
        body: {
          reason: draft.reason,
          ...(draft.owner.trim() !== '' && { owner: draft.owner }),
          // The end may be a moment within the day, which stays unless the day is another one.
          ...(draft.day !== before.day && end !== undefined && { endsAt: end }),
        },
      }),
    successMessage: () => `The quarantine of ${name} was changed.`,
    invalidates: [['quarantines']],
    onSuccess: onClose,
    quiet: true,
  });
  return (
    <DialogForm action={change} submitLabel="Save" isDisabled={!isComplete(draft)} onClose={onClose}>
      <QuarantineFields draft={draft} onChange={setDraft} />
    </DialogForm>
  );
}
