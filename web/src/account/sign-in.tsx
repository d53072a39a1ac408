import { Button } from '@mantine/core';
import { useSearchParams } from 'wouter';
import type { Session } from '../api/session.ts';
import { useTitle } from '../ui/title.ts';
import { CredentialsForm } from './credentials-form.tsx';
import classes from './gate.module.css';
import { Gate } from './gate.tsx';

/** Comes in place of any view while nobody is signed in; afterwards that view is there, at the same address. */
export default function SignIn({ session }: { session: Session }) {
  useTitle('Sign in');
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
        <CredentialsForm label="Sign in with a password" button="Sign in" path="/api/session" />
      )}
    </Gate>
  );
}

const whyNot: Record<string, string> = {
  OIDC_REFUSED: 'You were not let in. Try again; if it stays so, ask an admin for a role.',
  OIDC_UNREACHABLE: 'The provider does not answer. The log of the server has the cause.',
  USER_EXISTS: 'Somebody else has the name here that the provider gives you. Ask an admin.',
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
