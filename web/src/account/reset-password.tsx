import { Button } from '@mantine/core';
import { useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { FormProblem } from '../ui/form-problem.tsx';
import { useTitle } from '../ui/title.ts';
import { CodeField } from './code-field.tsx';
import classes from './gate.module.css';
import { Gate } from './gate.tsx';
import { NewPassword } from './new-password.tsx';
import { useCodeRequest } from './use-code-request.ts';
import { useSessionChange } from './use-session-change.ts';

/** Sets a new password. The user gets here by the link of an admin. */
export default function ResetPassword({ signedInAs }: { signedInAs?: string }) {
  useTitle('New password');
  const [search] = useSearchParams();
  const [, go] = useLocation();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState<string>();
  const reset = useSessionChange(
    () => ({
      method: 'POST',
      path: '/api/session/reset',
      body: { token: search.get('token') ?? '', password, ...(code !== undefined && { code }) },
    }),
    // Replaces the address, whose token is used up.
    () => go('/', { replace: true }),
  );
  const error = useCodeRequest(reset.error, () => setCode(''));
  return (
    <Gate title="Set a new password">
      {signedInAs !== undefined && (
        <p className={classes.note}>
          You are signed in as {signedInAs}. This signs you in as the user whom the link is for.
        </p>
      )}
      <form
        className={classes.form}
        aria-label="New password"
        onSubmit={(event) => {
          event.preventDefault();
          reset.mutate(undefined);
        }}
      >
        <NewPassword label="New password" value={password} onChange={setPassword} />
        {code !== undefined && <CodeField value={code} onChange={setCode} />}
        <FormProblem error={error} />
        <Button type="submit" size="sm" loading={reset.isPending}>
          Set password and sign in
        </Button>
      </form>
    </Gate>
  );
}
