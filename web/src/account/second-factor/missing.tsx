import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { sessionQuery } from '../../api/session.ts';
import { useTitle } from '../../ui/title.ts';
import gateClasses from '../gate.module.css';
import { Gate } from '../gate.tsx';
import { useSessionChange } from '../use-session-change.ts';
import { RecoveryCodes } from './recovery-codes.tsx';
import { SetUp } from './set-up.tsx';

/** Replaces every view until a user has the second factor that the role demands. The address stays the same. */
export default function SecondFactorMissing() {
  useTitle('Set up a second factor');
  const client = useQueryClient();
  const [codes, setCodes] = useState<string[]>();
  const signOut = useSessionChange(() => ({ method: 'DELETE', path: '/api/session' }));
  return (
    <Gate title="Set up a second factor">
      {codes ? (
        <RecoveryCodes
          codes={codes}
          onDone={() => void client.invalidateQueries({ queryKey: sessionQuery.queryKey })}
        />
      ) : (
        <>
          <p className={gateClasses.note}>
            Your role must sign in with a code of an authenticator app besides the password. Nothing else is
            possible before you have set it up.
          </p>
          <SetUp onEnabled={({ recoveryCodes }) => setCodes(recoveryCodes)} />
          <Button variant="subtle" onClick={() => signOut.mutate(undefined)}>
            Sign out
          </Button>
        </>
      )}
    </Gate>
  );
}
