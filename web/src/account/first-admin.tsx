import { useLocation, useSearchParams } from 'wouter';
import { useTitle } from '../ui/title.ts';
import { CredentialsForm } from './credentials-form.tsx';
import classes from './gate.module.css';
import { Gate } from './gate.tsx';

/** The first admin, by the link that is in the log of the server. */
export default function FirstAdmin() {
  useTitle('Welcome');
  const [search] = useSearchParams();
  const [, go] = useLocation();
  return (
    <Gate title="Welcome. Who is the first admin?">
      <p className={classes.note}>Admins make the other users, and decide who may do what.</p>
      <CredentialsForm
        label="The first admin"
        button="Begin"
        path="/api/first-admin"
        also={{ token: search.get('token') ?? '' }}
        isNew
        // Without the link, which has done its work.
        onDone={() => go('/', { replace: true })}
      />
    </Gate>
  );
}
