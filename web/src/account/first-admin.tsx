import { useLocation, useSearchParams } from 'wouter';
import { useTitle } from '../ui/title.ts';
import { CredentialsForm } from './credentials-form.tsx';
import classes from './gate.module.css';
import { Gate } from './gate.tsx';

/** Creates the first admin. The user gets here by the link in the server log. */
export default function FirstAdmin() {
  useTitle('Welcome');
  const [search] = useSearchParams();
  const [, go] = useLocation();
  return (
    <Gate title="Welcome. Create the first admin">
      <p className={classes.note}>Admins add users and assign their roles.</p>
      <CredentialsForm
        label="First admin"
        submitLabel="Create admin"
        path="/api/first-admin"
        extraFields={{ token: search.get('token') ?? '' }}
        isNew
        // Replaces the address, whose token is used up.
        onDone={() => go('/', { replace: true })}
      />
    </Gate>
  );
}
