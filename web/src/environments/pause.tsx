import { Modal, TextInput } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import { maxPauseReasonLength } from '#src/model/limits.ts';
import type { pauseEnvironment, resumeEnvironment } from '#src/operations/environments/environments.ts';
import { post } from '../api/request.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { DialogForm } from '../ui/dialog-form.tsx';
import { useQueryState } from '../ui/query-state.ts';
import { useAction } from '../ui/use-action.ts';
import { environmentKeys } from './queries.ts';

interface Props {
  code: string;
  isPaused: boolean;
  size?: string;
}

/** Pauses an environment with a reason that all users see, or resumes it. */
export function PauseOrResume({ code, isPaused, size = 'xs' }: Props) {
  // In the address, so that the palette can open it.
  const [pausing, setPausing] = useQueryState('pause');
  const setDialogOpened = (isOpened: boolean) => setPausing(isOpened ? code : '');
  const resume = useAction({
    run: () => post<typeof resumeEnvironment>(`/api/environments/${code}/resume`),
    successMessage: () => `${code} was resumed.`,
    invalidates: environmentKeys(code),
  });
  if (isPaused) {
    return (
      <ActionButton
        requiredRole="operator"
        variant="default"
        size={size}
        aria-label={`Resume ${code}`}
        leftSection={<IconPlayerPlay size={14} aria-hidden />}
        loading={resume.isPending}
        onClick={() => resume.mutate()}
      >
        Resume
      </ActionButton>
    );
  }
  return (
    <>
      <ActionButton
        requiredRole="operator"
        variant="default"
        size={size}
        aria-label={`Pause ${code}`}
        leftSection={<IconPlayerPause size={14} aria-hidden />}
        onClick={() => setDialogOpened(true)}
      >
        Pause
      </ActionButton>
      <Modal opened={pausing === code} onClose={() => setDialogOpened(false)} title={`Pause ${code}`}>
        <PauseForm code={code} onClose={() => setDialogOpened(false)} />
      </Modal>
    </>
  );
}

function PauseForm({ code, onClose }: { code: string; onClose: () => void }) {
  const [reason, setReason] = useState('');
  const pause = useAction({
    run: () => post<typeof pauseEnvironment>(`/api/environments/${code}/pause`, { reason }),
    successMessage: () => `${code} was paused.`,
    invalidates: environmentKeys(code),
    onSuccess: onClose,
    quiet: true,
  });
  return (
    <DialogForm action={pause} submitLabel="Pause" isDisabled={reason.trim() === ''} onClose={onClose}>
      <TextInput
        label="Reason"
        description="Shown wherever the environment appears. The current run continues; later runs wait."
        placeholder="database copy"
        data-autofocus
        required
        maxLength={maxPauseReasonLength}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </DialogForm>
  );
}
