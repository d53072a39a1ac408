import { Button, Group, Menu, Modal } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useState } from 'react';
import type {
  createResetLink,
  editUser,
  listUsers,
  removeSecondFactor,
} from '#src/operations/users/users.ts';
import { callApi, type OutputOf, post } from '../api/request.ts';
import { addressOf } from '../base-path.ts';
import { FormProblem } from '../ui/form-problem.tsx';
import { stamp } from '../ui/format.ts';
import { useAction } from '../ui/use-action.ts';
import classes from './account.module.css';
import { NewPassword } from './new-password.tsx';
import { secondFactorQuery } from './second-factor/queries.ts';

type User = OutputOf<typeof listUsers>['users'][number];

const userAddress = (name: string) => `/api/users/${encodeURIComponent(name)}`;

/** What an admin does about the sign-in of a user with a password: set another, create a link for one, remove the second factor. */
export function SignInMenu({ user: { name, deactivatedAt, secondFactor } }: { user: User }) {
  const [dialog, setDialog] = useState<'password' | 'second factor'>();
  const close = () => setDialog(undefined);
  const createLink = useAction({
    run: () => post<typeof createResetLink>(`${userAddress(name)}/reset-link`, {}),
    successMessage: () => `A link for ${name} was created.`,
    invalidates: [],
  });
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button
            variant="subtle"
            size="compact-xs"
            aria-label={`Sign-in of ${name}`}
            loading={createLink.isPending}
            rightSection={<IconChevronDown size={12} aria-hidden />}
          >
            Sign-in
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setDialog('password')}>Set password</Menu.Item>
          {!deactivatedAt && <Menu.Item onClick={() => createLink.mutate()}>Create reset link</Menu.Item>}
          {secondFactor && (
            <Menu.Item onClick={() => setDialog('second factor')}>Remove second factor</Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <Modal opened={dialog === 'password'} onClose={close} title={`Set password of ${name}`} ta="start">
        <SetPassword name={name} onDone={close} />
      </Modal>
      <Modal
        opened={dialog === 'second factor'}
        onClose={close}
        title={`Remove second factor of ${name}`}
        ta="start"
      >
        <RemoveSecondFactor name={name} onClose={close} />
      </Modal>
      <ResetLink name={name} link={createLink.data} onClose={createLink.reset} />
    </>
  );
}

interface ResetLinkProps {
  name: string;
  link: OutputOf<typeof createResetLink> | undefined;
  onClose: () => void;
}

/** Shows a link with which a user sets a new password, which is the only time. */
function ResetLink({ name, link, onClose }: ResetLinkProps) {
  return (
    <Modal
      opened={link !== undefined}
      onClose={onClose}
      title={`Link for ${name} to set a new password`}
      ta="start"
    >
      {link && (
        <>
          <p className={classes.secret}>
            <code>{`${window.location.origin}${addressOf(link.path)}`}</code>
          </p>
          <p>
            Give it to {name} over a channel that you trust. It works once, until{' '}
            {stamp(new Date(link.expiresAt))}, and is never shown again.
          </p>
        </>
      )}
    </Modal>
  );
}

function RemoveSecondFactor({ name, onClose }: { name: string; onClose: () => void }) {
  const remove = useAction({
    run: () => callApi<OutputOf<typeof removeSecondFactor>>('DELETE', `${userAddress(name)}/second-factor`),
    successMessage: () => `The second factor of ${name} was removed.`,
    invalidates: [['users'], secondFactorQuery.queryKey],
    quiet: true,
    onSuccess: onClose,
  });
  return (
    <>
      <p>
        {name} signs in with the password alone until there is a new second factor. Make sure that the request
        comes from {name}.
      </p>
      <FormProblem error={remove.error} />
      <Group gap="xs" mt="sm" justify="end">
        <Button variant="default" onClick={onClose}>
          No
        </Button>
        <Button loading={remove.isPending} onClick={() => remove.mutate()}>
          Remove
        </Button>
      </Group>
    </>
  );
}

function SetPassword({ name, onDone }: { name: string; onDone: () => void }) {
  const [password, setPassword] = useState('');
  const set = useAction({
    run: () => callApi<OutputOf<typeof editUser>>('PATCH', userAddress(name), { body: { password } }),
    successMessage: () => `${name} has a new password and is signed out everywhere.`,
    invalidates: [['users']],
    quiet: true,
    onSuccess: onDone,
  });
  return (
    <form
      className={classes.form}
      aria-label={`New password of ${name}`}
      onSubmit={(event) => {
        event.preventDefault();
        set.mutate();
      }}
    >
      <NewPassword label="New password" value={password} onChange={setPassword} />
      <FormProblem error={set.error} />
      <div>
        <Button type="submit" loading={set.isPending}>
          Set password
        </Button>
      </div>
    </form>
  );
}
