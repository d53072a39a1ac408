import { Button, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { maxTokenNameLength } from '#src/model/limits.ts';
import type { createToken } from '#src/operations/users/tokens.ts';
import { type OutputOf, post } from '../api/request.ts';
import type { Role } from '../api/session.ts';
import { FormProblem } from '../ui/form-problem.tsx';
import { useAction } from '../ui/use-action.ts';
import classes from './account.module.css';
import { RoleSelect } from './role-select.tsx';

const lifetimes = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: '1 year' },
  { value: '', label: 'never' },
];

/** `maxRole` is the role of the user, which a token cannot exceed. */
export function NewToken({
  maxRole,
  onCreate,
}: {
  maxRole: Role;
  onCreate: (token: OutputOf<typeof createToken>) => void;
}) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>(maxRole === 'viewer' ? 'viewer' : 'operator');
  const [days, setDays] = useState('90');
  const create = useAction({
    run: () =>
      post<typeof createToken>('/api/tokens', {
        name,
        role,
        expiresInDays: days === '' ? null : Number(days),
      }),
    invalidates: [['tokens']],
    quiet: true,
    onSuccess: (token) => {
      setName('');
      onCreate(token);
    },
  });
  return (
    <form
      aria-label="New token"
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate();
      }}
    >
      <div className={classes.row}>
        <TextInput
          size="xs"
          label="Name"
          placeholder="nightly pipeline"
          required
          withAsterisk={false}
          maxLength={maxTokenNameLength}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <RoleSelect label="Role" value={role} onChange={setRole} maxRole={maxRole} />
        <Select
          label="Expires after"
          w={110}
          data={lifetimes}
          value={days}
          allowDeselect={false}
          onChange={(selected) => setDays(selected ?? '90')}
        />
        <Button type="submit" loading={create.isPending}>
          Create token
        </Button>
      </div>
      <FormProblem error={create.error} />
    </form>
  );
}
