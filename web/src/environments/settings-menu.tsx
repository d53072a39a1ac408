import { Alert, Button, Menu, Modal, TextInput } from '@mantine/core';
import { IconDots, IconEdit, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { EnvironmentView } from '#src/operations/core/views.ts';
import { callApi } from '../api/request.ts';
import { useRefusal } from '../api/session.ts';
import { DialogForm } from '../ui/dialog-form.tsx';
import { useAction } from '../ui/use-action.ts';
import { EnvironmentForm } from './environment-form.tsx';

export type SettingsDialog = 'edit' | 'remove' | undefined;

interface Props {
  environment: EnvironmentView;
  opened: SettingsDialog;
  onOpen: (dialog: SettingsDialog) => void;
}

/** The menu to edit or remove an environment. Admins only. */
export function SettingsMenu({ environment, opened, onOpen }: Props) {
  const refusal = useRefusal('admin');
  const close = () => onOpen(undefined);
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" px={8} aria-label="More actions">
            <IconDots size={16} aria-hidden />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconEdit size={14} aria-hidden />}
            disabled={refusal !== undefined}
            onClick={() => onOpen('edit')}
          >
            Edit settings
          </Menu.Item>
          <Menu.Item
            leftSection={<IconTrash size={14} aria-hidden />}
            disabled={refusal !== undefined}
            onClick={() => onOpen('remove')}
          >
            Remove environment
          </Menu.Item>
          {refusal && <Menu.Label>{refusal}</Menu.Label>}
        </Menu.Dropdown>
      </Menu>
      <Modal opened={opened === 'edit'} onClose={close} title={`Settings of ${environment.code}`}>
        <EnvironmentForm environment={environment} onDone={close} onClose={close} />
      </Modal>
      <Modal opened={opened === 'remove'} onClose={close} title={`Remove ${environment.code}`}>
        <RemoveForm code={environment.code} onClose={close} />
      </Modal>
    </>
  );
}

function RemoveForm({ code, onClose }: { code: string; onClose: () => void }) {
  const [confirmation, setConfirmation] = useState('');
  const [, go] = useLocation();
  const remove = useAction({
    run: () => callApi('DELETE', `/api/environments/${code}`),
    successMessage: () => `${code} was removed.`,
    invalidates: [['environments'], ['overview'], ['containers']],
    onSuccess: () => go('/environments'),
    quiet: true,
  });
  return (
    <DialogForm action={remove} submitLabel="Remove" isDisabled={confirmation !== code} onClose={onClose}>
      <Alert variant="outline" color="var(--failed)">
        Its settings and variables are deleted. Its runs and results are kept. It must have no queued or
        running runs.
      </Alert>
      <TextInput
        label={`Type ${code} to confirm`}
        data-autofocus
        autoComplete="off"
        spellCheck={false}
        value={confirmation}
        onChange={(event) => setConfirmation(event.currentTarget.value)}
      />
    </DialogForm>
  );
}
