import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { FormProblem } from '../ui/form-problem.tsx';
import classes from './gate.module.css';
import { NewPassword } from './new-password.tsx';
import { useSessionChange } from './use-session-change.ts';

interface Props {
  /** The accessible name of the form. */
  label: string;
  submitLabel: string;
  /** The API path that receives name and password. */
  path: string;
  /** Additional fields of the request. */
  extraFields?: object;
  /** Whether the user sets a new password. */
  isNew?: boolean;
  onDone?: () => void;
}

/** A form with name and password that starts a session. */
export function CredentialsForm({ label, submitLabel, path, extraFields, isNew = false, onDone }: Props) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  const startSession = useSessionChange(
    () => ({ method: 'POST', path, body: { ...extraFields, name, password } }),
    onDone,
  );
  return (
    <form
      className={classes.form}
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        startSession.mutate(undefined);
      }}
    >
      <TextInput
        ref={first}
        label="Name"
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        required
        withAsterisk={false}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      {isNew ? (
        <NewPassword label="Password" value={password} onChange={setPassword} />
      ) : (
        <PasswordInput
          label="Password"
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
      )}
      <FormProblem error={startSession.error} />
      <Button type="submit" size="sm" loading={startSession.isPending}>
        {submitLabel}
      </Button>
    </form>
  );
}
