import { Button, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearchParams } from 'wouter';
import type { DeviceLoginView } from '#src/server/sign-in/device-routes.ts';
import { callApi } from '../api/request.ts';
import { type Role, sessionQuery } from '../api/session.ts';
import { FormProblem } from '../ui/form-problem.tsx';
import { Time } from '../ui/time.tsx';
import { useTitle } from '../ui/title.ts';
import { useAction } from '../ui/use-action.ts';
import classes from './account.module.css';
import { RoleSelect } from './role-select.tsx';

/** Lets a command sign in: `matre login` prints the address of this view, with its code. */
export default function Device() {
  useTitle('Approve a sign-in');
  const [search] = useSearchParams();
  const [code, setCode] = useState(search.get('code') ?? '');
  const { data: session } = useQuery(sessionQuery);
  const show = useAction({
    run: () => callApi<DeviceLoginView>('POST', '/api/device-logins/show', { body: { userCode: code } }),
    quiet: true,
  });
  const user = session?.user;
  if (!user) return null;
  if (user.via !== 'password' && user.via !== 'oidc') {
    return (
      <div className={classes.page}>
        <h1>Approve a sign-in</h1>
        <p className={classes.note}>Sign-in is off on this server, so commands need no token.</p>
      </div>
    );
  }
  return (
    <div className={classes.page}>
      <h1>Approve a sign-in</h1>
      {show.data === undefined ? (
        <form
          className={classes.form}
          aria-label="Code of the sign-in"
          onSubmit={(event) => {
            event.preventDefault();
            show.mutate();
          }}
        >
          <TextInput
            label="Code"
            description="The code that `matre login` shows"
            placeholder="BCDF-GHJK"
            required
            withAsterisk={false}
            autoComplete="off"
            autoCapitalize="characters"
            maxLength={20}
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
          <FormProblem error={show.error} />
          <div>
            <Button type="submit" loading={show.isPending}>
              Continue
            </Button>
          </div>
        </form>
      ) : (
        <Decision login={show.data} maxRole={user.role} />
      )}
    </div>
  );
}

/** Shows which sign-in waits, and lets the user approve or deny it. */
function Decision({ login, maxRole }: { login: DeviceLoginView; maxRole: Role }) {
  const { userCode, device, address, beganAt } = login;
  const [role, setRole] = useState<Role>(maxRole === 'viewer' ? 'viewer' : 'operator');
  const approve = useAction({
    run: () => callApi<DeviceLoginView>('POST', '/api/device-logins/approve', { body: { userCode, role } }),
    invalidates: [['tokens']],
    quiet: true,
  });
  const deny = useAction({
    run: () => callApi<DeviceLoginView>('POST', '/api/device-logins/deny', { body: { userCode } }),
    quiet: true,
  });
  if (approve.data) {
    return (
      <p role="status">
        <b>{device}</b> is signed in as you. Return to your terminal; the token is on your account page.
      </p>
    );
  }
  if (deny.data) return <p role="status">The sign-in of {device} was denied.</p>;
  return (
    <section className={classes.secret} aria-label="Sign-in to approve">
      <p>
        <b>{device}</b>, from the address {address}, wants to sign in as you. It began <Time at={beganAt} />,
        and shows the code <b>{userCode}</b>.
      </p>
      <p className={classes.note}>
        Approve only if you started <code>matre login</code> yourself and your terminal shows this code.
      </p>
      <RoleSelect label="Role of its token" value={role} onChange={setRole} maxRole={maxRole} />
      <FormProblem error={approve.error ?? deny.error} />
      <div className={classes.row}>
        <Button loading={approve.isPending} onClick={() => approve.mutate()}>
          Approve
        </Button>
        <Button variant="default" loading={deny.isPending} onClick={() => deny.mutate()}>
          Deny
        </Button>
      </div>
    </section>
  );
}
