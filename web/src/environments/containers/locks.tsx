import { Button, Group, Modal } from '@mantine/core';
import { useState } from 'react';
import type { releaseLock } from '#src/operations/containers/locks.ts';
import type { EnvironmentContainerView } from '#src/operations/environments/environment-detail.ts';
import { post } from '../../api/request.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { duration } from '../../ui/format.ts';
import { LongText } from '../../ui/long-text/long-text.tsx';
import { type Column, DataTable } from '../../ui/table/data-table.tsx';
import { Time } from '../../ui/time.tsx';
import { useAction } from '../../ui/use-action.ts';
import classes from '../environment.module.css';

type Lock = EnvironmentContainerView['locks'][number];

const columns: Column<Lock>[] = [
  {
    name: 'Lock',
    width: 10,
    value: ({ name }) => (
      <code>
        <LongText text={name} />
      </code>
    ),
  },
  { name: 'Holder', width: 8, wraps: true, value: ({ owner }) => owner },
  { name: 'Since', width: 'fit', value: ({ since }) => <Time at={since} /> },
  {
    name: 'Expires in',
    width: 'fit',
    isNumber: true,
    value: ({ expiresInMs }) => expiresInMs !== null && duration(expiresInMs),
  },
];

/** The locks of an environment with their holders. */
export function Locks({ code, locks }: { code: string; locks: Lock[] }) {
  const [lockToRelease, setLockToRelease] = useState<string>();
  const close = () => setLockToRelease(undefined);
  const release = useAction({
    run: (name: string) => post<typeof releaseLock>(`/api/locks/${encodeURIComponent(name)}/release`),
    successMessage: (_, name) => `Lock ${name} was released.`,
    invalidates: [['container', code], ['locks'], ['overview']],
    onSuccess: close,
  });
  if (locks.length === 0) return <p className={classes.dim}>No locks are held.</p>;
  return (
    <>
      <DataTable
        label="Locks"
        rows={locks}
        rowKey={({ name }) => name}
        columns={columns}
        actions={({ name }) => (
          <ActionButton
            requiredRole="admin"
            size="compact-xs"
            variant="default"
            aria-label={`Release ${name}`}
            onClick={() => setLockToRelease(name)}
          >
            Release
          </ActionButton>
        )}
      />
      <Modal opened={lockToRelease !== undefined} onClose={close} title="Force-release lock">
        <p>
          The holder of <b>{lockToRelease}</b> loses it, and its current run ends as broken. Release a lock
          only if you know that its holder is gone.
        </p>
        <Group justify="flex-end" mt="md" gap="xs">
          <Button variant="subtle" data-autofocus onClick={close}>
            Cancel
          </Button>
          <Button loading={release.isPending} onClick={() => lockToRelease && release.mutate(lockToRelease)}>
            Release
          </Button>
        </Group>
      </Modal>
    </>
  );
}
