import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { FormProblem } from '../ui/form-problem.tsx';
import { CodeField } from './code-field.tsx';
import classes from './gate.module.css';
import { NewPassword } from './new-password.tsx';
import { useCodeRequest } from './use-code-request.ts';
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

/** A form with name and password that starts a session; it asks for a code when the user has a second factor. */
export function CredentialsForm({ label, submitLabel, path, extraFields, isNew = false, onDone }: Props) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState<string>();
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  const startSession = useSessionChange(
    () => ({
      method: 'POST',
      path,
      body: { ...extraFields, name, password, ...(code !== undefined && { code }) },
    }),
    onDone,
  );
  const error = useCodeRequest(startSession.error, () => setCode(''));
  const submit = () => startSession.mutate(undefined);
  const state = { error, submitLabel, isPending: startSession.isPending, onSubmit: submit };
  if (code !== undefined) {
    const back = () => {
      setCode(undefined);
      startSession.reset();
    };
    return <CodeForm key="code" name={name} code={code} {...state} onChange={setCode} onBack={back} />;
  }
  return (
    <form
      className={classes.form}
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
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
      <FormProblem error={error} />
      <Button type="submit" size="sm" loading={startSession.isPending}>
        {submitLabel}
      </Button>
    </form>
  );
}

interface CodeFormProps {
  /** The user who signs in. */
  name: string;
  code: string;
  error: unknown;
  submitLabel: string;
  isPending: boolean;
  onChange: (code: string) => void;
  onSubmit: () => void;
  onBack: () => void;
}

function CodeForm({ name, code, error, submitLabel, isPending, onChange, onSubmit, onBack }: CodeFormProps) {
  return (
    <form
      className={classes.form}
      aria-label={`Code of ${name}`}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <CodeField value={code} onChange={onChange} />
      <FormProblem error={error} />
      <Button type="submit" size="sm" loading={isPending}>
        {submitLabel}
      </Button>
      <Button variant="subtle" onClick={onBack}>
        Back
      </Button>
    </form>
  );
}
