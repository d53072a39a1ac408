import { Button, PasswordInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { FormProblem } from '../ui/form-problem.tsx';
import { showSuccess } from '../ui/notices.tsx';
import classes from './account.module.css';
import { NewPassword } from './new-password.tsx';
import { useSessionChange } from './use-session-change.ts';

/** Changes the user's own password, which ends all other sessions. */
export function ChangePassword() {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const change = useSessionChange(
    () => ({ method: 'POST', path: '/api/session/password', body: { current, next } }),
    () => {
      setCurrent('');
      setNext('');
      showSuccess('Password changed. Your other sessions are signed out.');
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(undefined);
  };
  return (
    <section aria-labelledby="password">
      <h2 id="password">Password</h2>
      <form className={classes.form} aria-labelledby="password" onSubmit={submit}>
        <PasswordInput
          label="Current password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
        />
        <NewPassword label="New password" value={next} onChange={setNext} />
        <FormProblem error={change.error} />
        <div>
          <Button type="submit" loading={change.isPending}>
            Change password
          </Button>
        </div>
      </form>
    </section>
  );
}
