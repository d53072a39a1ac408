import { Button, Group, Modal, VisuallyHidden } from '@mantine/core';
import { useState } from 'react';
import type { releaseLock } from '#src/operations/containers/locks.ts';
import type { EnvironmentContainerView } from '#src/operations/environments/environment-detail.ts';
import { post } from '../../api/request.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { duration } from '../../ui/format.ts';
import { Time } from '../../ui/time.tsx';
import { useAction } from '../../ui/use-action.ts';
import classes from '../environment.module.css';

type Lock = EnvironmentContainerView['locks'][number];

/** The locks of an environment with their holders. */
export function Locks({ code, locks }: { code: string; locks: Lock[] }) {
  const [lockToRelease, setLockToRelease] = useState<string>();
  const close = () => setLockToRelease(undefined);
  const release = useAction({
    run: (name: string) => post<typeof releaseLock>(`/api/locks/${encodeURIComponent(name)}/release`),
    successMessage: (_, name) => `Lock ${name} is released.`,
    invalidates: [['container', code], ['locks'], ['overview']],
    onSuccess: close,
  });
  if (locks.length === 0) return <p className={classes.dim}>No locks are held.</p>;
  return (
    <>
      <div className={classes.scroll}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">Lock</th>
              <th scope="col">Holder</th>
              <th scope="col">Since</th>
              <th scope="col" className={classes.number}>
                Expires in
              </th>
              <th scope="col">
                <VisuallyHidden>Actions</VisuallyHidden>
              </th>
            </tr>
          </thead>
          <tbody>
            {locks.map(({ name, owner, since, expiresInMs }) => (
              <tr key={name}>
                <th scope="row">
                  <code>{name}</code>
                </th>
                <td>{owner}</td>
                <td>
                  <Time at={since} />
                </td>
                <td className={classes.number}>{expiresInMs !== null && duration(expiresInMs)}</td>
                <td className={classes.number}>
                  <ActionButton
                    requiredRole="admin"
                    size="compact-xs"
                    variant="default"
                    aria-label={`Release ${name}`}
                    onClick={() => setLockToRelease(name)}
                  >
                    Release
                  </ActionButton>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
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
