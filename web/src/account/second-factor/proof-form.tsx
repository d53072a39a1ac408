import { Button, PasswordInput, SegmentedControl } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { FormProblem } from '../../ui/form-problem.tsx';
import classes from '../account.module.css';
import { CodeField } from '../code-field.tsx';

/** What proves that the request comes from the user. */
export type Proof = { password: string } | { code: string };

interface Props {
  label: string;
  submitLabel: string;
  busy: boolean;
  error: unknown;
  onSubmit: (proof: Proof) => void;
  onCancel: () => void;
}

/** Asks for the password or a code before a change of the second factor. */
export function ProofForm({ label, submitLabel, busy, error, onSubmit, onCancel }: Props) {
  const [method, setMethod] = useState<'code' | 'password'>('code');
  const [value, setValue] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit(method === 'code' ? { code: value } : { password: value });
  };
  return (
    <form className={classes.form} aria-label={label} onSubmit={submit}>
      <SegmentedControl
        aria-label="Confirm with"
        value={method}
        onChange={(selected) => {
          setMethod(selected);
          setValue('');
        }}
        data={[
          { value: 'code', label: 'Code' },
          { value: 'password', label: 'Password' },
        ]}
      />
      {method === 'code' ? (
        <CodeField value={value} onChange={setValue} />
      ) : (
        <PasswordInput
          label="Your password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={value}
          onChange={(event) => setValue(event.currentTarget.value)}
        />
      )}
      <FormProblem error={error} />
      <div className={classes.row}>
        <Button type="submit" loading={busy}>
          {submitLabel}
        </Button>
        <Button variant="subtle" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
