import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { FormProblem } from '../parts/form-problem.tsx';
import { useTitle } from '../parts/title.ts';
import { useSessionChange } from './begin.ts';
import classes from './gate.module.css';
import { Gate } from './gate.tsx';
import { NewPassword } from './new-password.tsx';

/** The first admin, by the link that is in the log of the server. */
export default function Welcome() {
  useTitle('Welcome');
  const [search] = useSearchParams();
  const [, go] = useLocation();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const token = search.get('token') ?? '';
  const begin = useSessionChange(
    () => ({ method: 'POST', path: '/api/first-admin', body: { token, name, password } }),
    // Without the link, which has done its work.
    () => go('/', { replace: true }),
  );
  return (
    <Gate title="Welcome. Who is the first admin?">
      <p className={classes.note}>Admins make the other users, and decide who may do what.</p>
      <form
        className={classes.form}
        aria-label="The first admin"
        onSubmit={(event) => {
          event.preventDefault();
          begin.mutate(undefined);
        }}
      >
        <TextInput
          label="Name"
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          required
          withAsterisk={false}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <NewPassword label="Password" value={password} onChange={setPassword} />
        <FormProblem error={begin.error} />
        <Button type="submit" size="sm" loading={begin.isPending}>
          Begin
        </Button>
      </form>
    </Gate>
  );
}
