import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useSearchParams } from 'wouter';
import type { Session } from '../api/session.ts';
import { FormProblem } from '../parts/form-problem.tsx';
import { useTitle } from '../parts/title.ts';
import { useSessionChange } from './begin.ts';
import classes from './gate.module.css';
import { Gate } from './gate.tsx';

/** Comes in place of any view while nobody is signed in; afterwards that view is there, at the same address. */
export default function SignIn({ session }: { session: Session }) {
  useTitle('Sign in');
  const [name, setName] = useState('');
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  const [password, setPassword] = useState('');
  const signIn = useSessionChange(() => ({ method: 'POST', path: '/api/session', body: { name, password } }));
  const { oidc } = session.methods;
  return (
    <Gate title="Sign in">
      {session.firstAdmin && (
        <p className={classes.note}>
          There is no admin yet. The log of the server has a link with which the first one is made.
        </p>
      )}
      {oidc && <OidcButton name={oidc.name} />}
      {oidc && session.methods.password && <div className={classes.or}>or</div>}
      {session.methods.password && (
        <form
          className={classes.form}
          aria-label="Sign in with a password"
          onSubmit={(event) => {
            event.preventDefault();
            signIn.mutate(undefined);
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
          <PasswordInput
            label="Password"
            name="password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <FormProblem error={signIn.error} />
          <Button type="submit" size="sm" loading={signIn.isPending}>
            Sign in
          </Button>
        </form>
      )}
    </Gate>
  );
}

const whyNot: Record<string, string> = {
  OIDC_REFUSED: 'You were not let in. Try again; if it stays so, ask an admin for a role.',
  OIDC_UNREACHABLE: 'The provider does not answer. The log of the server has the cause.',
};

function OidcButton({ name }: { name: string }) {
  const [search] = useSearchParams();
  const error = search.get('signInError');
  const { pathname, hash } = window.location;
  const kept = new URLSearchParams(search);
  kept.delete('signInError');
  const returnTo = `${pathname}${kept.size > 0 ? `?${kept}` : ''}${hash}`;
  return (
    <>
      {error !== null && (
        <p className={classes.note} role="alert">
          {whyNot[error] ?? 'Signing in did not work.'} ({error})
        </p>
      )}
      <Button component="a" size="sm" href={`/api/sign-in/oidc?${new URLSearchParams({ returnTo })}`}>
        Sign in with {name}
      </Button>
    </>
  );
}
