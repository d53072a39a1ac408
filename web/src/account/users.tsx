import { Button, Modal, Table, TextInput } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { addUser, editUser, listUsers, removeUser } from '#src/operations/users/users.ts';
import { callApi, get, type InputOf, type OutputOf, post } from '../api/request.ts';
import { type Role, sessionQuery } from '../api/session.ts';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { FormProblem } from '../ui/form-problem.tsx';
import { EmptyState, QueryFallback } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { useTitle } from '../ui/title.ts';
import { useAction } from '../ui/use-action.ts';
import classes from './account.module.css';
import { NewPassword } from './new-password.tsx';
import { RoleSelect } from './role-select.tsx';

type User = OutputOf<typeof listUsers>['users'][number];

const usersQuery = queryOptions({
  queryKey: ['users'],
  queryFn: ({ signal }) => get<typeof listUsers>('/api/users', { signal }),
});

const change = (name: string, changes: Omit<InputOf<typeof editUser>, 'name'>) =>
  callApi<OutputOf<typeof editUser>>('PATCH', `/api/users/${encodeURIComponent(name)}`, { body: changes });

/** The users who can sign in. Admins only. */
export default function Users() {
  useTitle('Users');
  const { data, error, refetch } = useQuery(usersQuery);
  const [addDialogOpened, setAddDialogOpened] = useState(false);
  if (data === undefined) return <QueryFallback what="the users" query={{ error, refetch }} />;
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <h1>Users</h1>
        <Button onClick={() => setAddDialogOpened(true)}>Add user</Button>
      </div>
      {data.users.length === 0 ? (
        <EmptyState title="No users yet">
          Sign-in is off: anyone who can open this page is an admin.
        </EmptyState>
      ) : (
        <UserTable users={data.users} />
      )}
      <Modal opened={addDialogOpened} onClose={() => setAddDialogOpened(false)} title="Add user">
        <AddUser onDone={() => setAddDialogOpened(false)} />
      </Modal>
    </div>
  );
}

function UserTable({ users }: { users: User[] }) {
  const { data: session } = useQuery(sessionQuery);
  return (
    <div className={classes.scroll}>
      <Table aria-label="Users">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>Role</Table.Th>
            <Table.Th>Sign-in</Table.Th>
            <Table.Th className={classes.number}>Last sign-in</Table.Th>
            <Table.Th className={classes.number}>Added</Table.Th>
            <Table.Th>
              <span className={classes.hidden}>Actions</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {users.map((user) => (
            <Row key={user.name} user={user} isSelf={user.name === session?.user?.name} />
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function Row({ user, isSelf }: { user: User; isSelf: boolean }) {
  const { name, role, via, createdAt, signedInAt } = user;
  const [passwordDialogOpened, setPasswordDialogOpened] = useState(false);
  const changeRole = useAction<Role>({
    run: (role) => change(name, { role }),
    successMessage: (_user, role) => `The role of ${name} is now ${role}.`,
    invalidates: [['users'], ...(isSelf ? [sessionQuery.queryKey] : [])],
  });
  const remove = useAction({
    run: () => callApi<OutputOf<typeof removeUser>>('DELETE', `/api/users/${encodeURIComponent(name)}`),
    successMessage: () => `${name} is removed.`,
    invalidates: [['users'], ['tokens'], ...(isSelf ? [sessionQuery.queryKey] : [])],
  });
  return (
    <Table.Tr>
      <Table.Td>
        {name} {isSelf && <span className={classes.note}>(you)</span>}
      </Table.Td>
      <Table.Td>
        {via === 'oidc' ? (
          <span title="The role comes from the OpenID provider.">{role}</span>
        ) : (
          <RoleSelect
            label={`Role of ${name}`}
            hideLabel
            value={changeRole.variables !== undefined && changeRole.isPending ? changeRole.variables : role}
            disabled={changeRole.isPending}
            onChange={(selected) => selected !== role && changeRole.mutate(selected)}
          />
        )}
      </Table.Td>
      <Table.Td>{via === 'oidc' ? 'OpenID Connect' : 'password'}</Table.Td>
      <Table.Td className={classes.number}>
        {signedInAt === null ? 'never' : <Time at={signedInAt} />}
      </Table.Td>
      <Table.Td className={classes.number}>
        <Time at={createdAt} />
      </Table.Td>
      <Table.Td className={classes.actions}>
        {via === 'password' && (
          <Button
            variant="subtle"
            size="compact-xs"
            aria-label={`Set password of ${name}`}
            onClick={() => setPasswordDialogOpened(true)}
          >
            Set password
          </Button>
        )}
        <ConfirmButton
          label="Remove"
          accessibleName={`Remove ${name}`}
          question={`${name} is signed out, and all tokens of ${name} are revoked.`}
          busy={remove.isPending}
          onConfirm={() => remove.mutate()}
        />
        <Modal
          opened={passwordDialogOpened}
          onClose={() => setPasswordDialogOpened(false)}
          title={`Set password of ${name}`}
          ta="start"
        >
          <SetPassword name={name} onDone={() => setPasswordDialogOpened(false)} />
        </Modal>
      </Table.Td>
    </Table.Tr>
  );
}

function AddUser({ onDone }: { onDone: () => void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('operator');
  const [password, setPassword] = useState('');
  const add = useAction({
    run: () => post<typeof addUser>('/api/users', { name, role, password }),
    successMessage: (user) => `${user.name} can sign in.`,
    invalidates: [['users']],
    quiet: true,
    onSuccess: onDone,
  });
  return (
    <form
      className={classes.form}
      aria-label="Add user"
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate();
      }}
    >
      <TextInput
        label="Name"
        autoComplete="off"
        autoCapitalize="none"
        data-autofocus
        required
        withAsterisk={false}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <RoleSelect label="Role" value={role} onChange={setRole} />
      <NewPassword label="Initial password" value={password} onChange={setPassword} />
      <FormProblem error={add.error} />
      <div>
        <Button type="submit" loading={add.isPending}>
          Add
        </Button>
      </div>
    </form>
  );
}

function SetPassword({ name, onDone }: { name: string; onDone: () => void }) {
  const [password, setPassword] = useState('');
  const set = useAction({
    run: () => change(name, { password }),
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
