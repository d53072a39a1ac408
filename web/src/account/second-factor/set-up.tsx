import { Button, PasswordInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { beginSecondFactor, enableSecondFactor } from '#src/operations/users/second-factor.ts';
import { type OutputOf, post } from '../../api/request.ts';
import { FormProblem } from '../../ui/form-problem.tsx';
import { useAction } from '../../ui/use-action.ts';
import accountClasses from '../account.module.css';
import { CodeField } from '../code-field.tsx';
import { QrCode } from './qr-code.tsx';
import { secondFactorQuery } from './queries.ts';
import classes from './second-factor.module.css';

type Enabled = OutputOf<typeof enableSecondFactor>;

/** Sets up a second factor: asks for the password, shows the key, and asks for a first code. */
export function SetUp({ onEnabled }: { onEnabled: (enabled: Enabled) => void }) {
  const [password, setPassword] = useState('');
  const begin = useAction({
    run: () => post<typeof beginSecondFactor>('/api/second-factor/set-up', { password }),
    quiet: true,
  });
  if (begin.data) return <FirstCode setUp={begin.data} onEnabled={onEnabled} />;
  return (
    <form
      className={accountClasses.form}
      aria-label="Set up a second factor"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        begin.mutate();
      }}
    >
      <PasswordInput
        label="Your password"
        autoComplete="current-password"
        required
        withAsterisk={false}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <FormProblem error={begin.error} />
      <div>
        <Button type="submit" loading={begin.isPending}>
          Set up
        </Button>
      </div>
    </form>
  );
}

function FirstCode({
  setUp: { key, uri },
  onEnabled,
}: {
  setUp: OutputOf<typeof beginSecondFactor>;
  onEnabled: (enabled: Enabled) => void;
}) {
  const [code, setCode] = useState('');
  const enable = useAction({
    run: () => post<typeof enableSecondFactor>('/api/second-factor/enable', { code }),
    invalidates: [secondFactorQuery.queryKey],
    quiet: true,
    onSuccess: onEnabled,
  });
  return (
    <div className={classes.setUp}>
      <QrCode text={uri} label="QR code of the key" />
      <form
        className={accountClasses.form}
        aria-label="First code"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          enable.mutate();
        }}
      >
        <p>
          Scan the QR code with an authenticator app, <a href={uri}>open the app on this device</a>, or type
          this key:
        </p>
        <code className={classes.key}>{groups(key)}</code>
        <CodeField value={code} onChange={setCode} takesRecoveryCode={false} />
        <FormProblem error={enable.error} />
        <div>
          <Button type="submit" loading={enable.isPending}>
            Enable
          </Button>
        </div>
      </form>
    </div>
  );
}

/** In groups of four, for typing. */
const groups = (key: string) => (key.match(/.{1,4}/g) ?? []).join(' ');
