import { Button, Code, Modal } from '@mantine/core';
import type { createResetLink } from '#src/operations/users/users.ts';
import { type OutputOf, post } from '../api/request.ts';
import { addressOf } from '../base-path.ts';
import { stamp } from '../ui/format.ts';
import { useAction } from '../ui/use-action.ts';

/** Creates a link with which a user sets a new password, and shows it, which is the only time. */
export function ResetLink({ name }: { name: string }) {
  const create = useAction({
    run: () => post<typeof createResetLink>(`/api/users/${encodeURIComponent(name)}/reset-link`, {}),
    successMessage: () => `A link for ${name} was created.`,
    invalidates: [],
  });
  const link: OutputOf<typeof createResetLink> | undefined = create.data;
  return (
    <>
      <Button
        variant="subtle"
        size="compact-xs"
        aria-label={`Reset link for ${name}`}
        loading={create.isPending}
        onClick={() => create.mutate()}
      >
        Reset link
      </Button>
      <Modal
        opened={link !== undefined}
        onClose={create.reset}
        title={`Link for ${name} to set a new password`}
        ta="start"
      >
        {link && (
          <>
            <Code block>{`${window.location.origin}${addressOf(link.path)}`}</Code>
            <p>
              Give it to {name} over a channel that you trust. It works once, until{' '}
              {stamp(new Date(link.expiresAt))}, and is never shown again.
            </p>
          </>
        )}
      </Modal>
    </>
  );
}
