import { Button, Modal, TextInput } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { addUser, editUser, listUsers, removeUser } from '#src/operations/users/users.ts';
import { callApi, get, type InputOf, type OutputOf, post } from '../api/request.ts';
import { type Role, sessionQuery } from '../api/session.ts';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { FormProblem } from '../ui/form-problem.tsx';
import { LongText } from '../ui/long-text/long-text.tsx';
import { EmptyState, QueryFallback } from '../ui/states.tsx';
import { type Column, DataTable } from '../ui/table/data-table.tsx';
import { Time } from '../ui/time.tsx';
import { useTitle } from '../ui/title.ts';
import { useAction } from '../ui/use-action.ts';
import classes from './account.module.css';
import { NewPassword } from './new-password.tsx';
import { RoleSelect } from './role-select.tsx';
import { SignInMenu } from './sign-in-menu.tsx';

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
    <div className={classes.wide}>
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
  const isSelf = (user: User) => user.name === session?.user?.name;
  const columns: Column<User>[] = [
    {
      name: 'Name',
      width: 9,
      value: (user) => (
        <span className={classes.name}>
          <LongText text={user.name} />
          {isSelf(user) && <span className={classes.note}>(you)</span>}
        </span>
      ),
    },
    { name: 'Role', width: 'fit', value: (user) => <UserRole user={user} isSelf={isSelf(user)} /> },
    {
      name: 'Sign-in',
      width: 'fit',
      value: ({ via, deactivatedAt, secondFactor }) => {
        if (deactivatedAt) return 'deactivated';
        if (via === 'oidc') return 'OpenID Connect';
        return secondFactor ? 'password and code' : 'password';
      },
    },
    {
      name: 'Last sign-in',
      width: 'fit',
      isNumber: true,
      value: ({ signedInAt }) => (signedInAt === null ? 'never' : <Time at={signedInAt} />),
    },
    { name: 'Added', width: 'fit', isNumber: true, value: ({ createdAt }) => <Time at={createdAt} /> },
  ];
  return (
    <DataTable
      label="Users"
      rows={users}
      rowKey={({ name }) => name}
      columns={columns}
      actions={(user) => <UserActions user={user} isSelf={isSelf(user)} />}
    />
  );
}

function UserRole({ user: { name, role, via }, isSelf }: { user: User; isSelf: boolean }) {
  const changeRole = useAction<Role>({
    run: (role) => change(name, { role }),
    successMessage: (_user, role) => `The role of ${name} is now ${role}.`,
    invalidates: [['users'], ...(isSelf ? [sessionQuery.queryKey] : [])],
  });
  if (via === 'oidc') return <span title="The role comes from the OpenID provider.">{role}</span>;
  return (
    <RoleSelect
      label={`Role of ${name}`}
      hideLabel
      value={changeRole.variables !== undefined && changeRole.isPending ? changeRole.variables : role}
      disabled={changeRole.isPending}
      onChange={(selected) => selected !== role && changeRole.mutate(selected)}
    />
  );
}

function UserActions({ user, isSelf }: { user: User; isSelf: boolean }) {
  const { name, deactivatedAt } = user;
  const remove = useAction({
    run: () => callApi<OutputOf<typeof removeUser>>('DELETE', `/api/users/${encodeURIComponent(name)}`),
    successMessage: () => `${name} was removed.`,
    invalidates: [['users'], ['tokens'], ...(isSelf ? [sessionQuery.queryKey] : [])],
  });
  const activate = useAction<boolean>({
    run: (active) => change(name, { active }),
    successMessage: (_user, active) => (active ? `${name} was activated.` : `${name} was deactivated.`),
    invalidates: [['users'], ['tokens'], ...(isSelf ? [sessionQuery.queryKey] : [])],
  });
  return (
    <>
      {deactivatedAt ? (
        <Button
          variant="subtle"
          size="compact-xs"
          aria-label={`Activate ${name}`}
          loading={activate.isPending}
          onClick={() => activate.mutate(true)}
        >
          Activate
        </Button>
      ) : (
        <ConfirmButton
          label="Deactivate"
          accessibleName={`Deactivate ${name}`}
          question={`${name} is signed out, and cannot sign in or use tokens until activated again.`}
          busy={activate.isPending}
          onConfirm={() => activate.mutate(false)}
        />
      )}
      {user.via === 'password' && <SignInMenu user={user} />}
      <ConfirmButton
        label="Remove"
        accessibleName={`Remove ${name}`}
        question={`${name} is signed out, and all tokens of ${name} are revoked.`}
        busy={remove.isPending}
        onConfirm={() => remove.mutate()}
      />
    </>
  );
}

function AddUser({ onDone }: { onDone: () => void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('operator');
  const [password, setPassword] = useState('');
  const add = useAction({
    run: () => post<typeof addUser>('/api/users', { name, role, password }),
    successMessage: (user) => `${user.name} was added.`,
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
