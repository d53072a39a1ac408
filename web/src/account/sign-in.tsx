import { Button } from '@mantine/core';
import { useSearchParams } from 'wouter';
import type { Session } from '../api/session.ts';
import { addressOf } from '../base-path.ts';
import { useTitle } from '../ui/title.ts';
import { CredentialsForm } from './credentials-form.tsx';
import classes from './gate.module.css';
import { Gate } from './gate.tsx';

/** Replaces every view until the user signs in. The address stays the same. */
export default function SignIn({ session }: { session: Session }) {
  useTitle('Sign in');
  const { oidc } = session.methods;
  return (
    <Gate title="Sign in">
      {session.firstAdmin && (
        <p className={classes.note}>
          There is no admin yet. Use the link in the server log to create the first one.
        </p>
      )}
      {oidc && <OidcButton name={oidc.name} />}
      {oidc && session.methods.password && <div className={classes.or}>or</div>}
      {session.methods.password && (
        <CredentialsForm label="Sign in with a password" submitLabel="Sign in" path="/api/session" />
      )}
    </Gate>
  );
}

const signInErrors: Record<string, string> = {
  OIDC_REFUSED: 'Sign-in was refused. Try again; if it is refused again, ask an admin for a role.',
  OIDC_UNREACHABLE: 'The provider is unreachable. See the server log for the cause.',
  USER_EXISTS: 'Another user already has the name that the provider sends for you. Ask an admin.',
};

function OidcButton({ name }: { name: string }) {
  const [search] = useSearchParams();
  const error = search.get('signInError');
  const { pathname, hash } = window.location;
  const remainingSearch = new URLSearchParams(search);
  remainingSearch.delete('signInError');
  const returnTo = `${pathname}${remainingSearch.size > 0 ? `?${remainingSearch}` : ''}${hash}`;
  return (
    <>
      {error !== null && (
        <p className={classes.note} role="alert">
          {signInErrors[error] ?? 'Sign-in failed.'} ({error})
        </p>
      )}
      <Button
        component="a"
        size="sm"
        href={addressOf(`/api/sign-in/oidc?${new URLSearchParams({ returnTo })}`)}
      >
        Sign in with {name}
      </Button>
    </>
  );
}
