import { useQuery } from '@tanstack/react-query';
import { sessionQuery } from '../api/session.ts';
import { Subscriptions } from '../rules/subscriptions/subscriptions.tsx';
import { useTitle } from '../ui/title.ts';
import classes from './account.module.css';
import { ChangePassword } from './change-password.tsx';
import { SecondFactor } from './second-factor/second-factor.tsx';
import { Tokens } from './tokens.tsx';

/** The account of the user: password, second factor, subscriptions and API tokens. */
export default function Account() {
  useTitle('Account');
  const { data: session } = useQuery(sessionQuery);
  const user = session?.user;
  if (!user) return null;
  return (
    <div className={classes.page}>
      <h1>
        {user.name} <span className={classes.role}>{user.role}</span>
      </h1>
      {user.via === 'oidc' && (
        <p className={classes.note}>
          You sign in with {session.methods.oidc?.name ?? 'OpenID Connect'}, which manages your role and
          password.
        </p>
      )}
      {user.via === 'password' && <ChangePassword />}
      {user.via === 'password' && <SecondFactor />}
      {user.via !== 'open' && <Subscriptions />}
      <Tokens user={user} />
    </div>
  );
}
