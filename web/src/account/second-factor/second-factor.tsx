import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type {
  disableSecondFactor,
  renewRecoveryCodes,
  showSecondFactor,
} from '#src/operations/users/second-factor.ts';
import { type OutputOf, post } from '../../api/request.ts';
import { sessionQuery } from '../../api/session.ts';
import { stamp } from '../../ui/format.ts';
import { QueryFallback } from '../../ui/states.tsx';
import { useAction } from '../../ui/use-action.ts';
import classes from '../account.module.css';
import { type Proof, ProofForm } from './proof-form.tsx';
import { secondFactorQuery } from './queries.ts';
import { RecoveryCodes } from './recovery-codes.tsx';
import { SetUp } from './set-up.tsx';

type State = OutputOf<typeof showSecondFactor>;

/** The second factor of the user: set up, new recovery codes, disable. */
export function SecondFactor() {
  const { data, error, refetch } = useQuery(secondFactorQuery);
  const [codes, setCodes] = useState<string[]>();
  return (
    <section aria-labelledby="second-factor">
      <h2 id="second-factor">Second factor</h2>
      {codes ? (
        <RecoveryCodes codes={codes} onDone={() => setCodes(undefined)} />
      ) : data === undefined ? (
        <QueryFallback what="the second factor" query={{ error, refetch }} />
      ) : data.enabledAt === null ? (
        <Off onCodes={setCodes} />
      ) : (
        <On state={data} enabledAt={data.enabledAt} onCodes={setCodes} />
      )}
    </section>
  );
}

function Off({ onCodes }: { onCodes: (codes: string[]) => void }) {
  const [opened, setOpened] = useState(false);
  return (
    <>
      <p className={classes.note}>
        Codes of an authenticator app, besides your password. When it is enabled, your other sessions are
        signed out.
      </p>
      {opened ? (
        <SetUp onEnabled={({ recoveryCodes }) => onCodes(recoveryCodes)} />
      ) : (
        <div className={classes.row}>
          <Button onClick={() => setOpened(true)}>Set up a second factor</Button>
        </div>
      )}
    </>
  );
}

interface OnProps {
  state: State;
  enabledAt: string;
  onCodes: (codes: string[]) => void;
}

function On({ state: { recoveryCodesLeft, demanded }, enabledAt, onCodes }: OnProps) {
  const [change, setChange] = useState<'renew' | 'disable'>();
  const renew = useAction<Proof, OutputOf<typeof renewRecoveryCodes>>({
    run: (proof) => post<typeof renewRecoveryCodes>('/api/second-factor/recovery-codes', proof),
    invalidates: [secondFactorQuery.queryKey],
    quiet: true,
    onSuccess: ({ recoveryCodes }) => onCodes(recoveryCodes),
  });
  const disable = useAction<Proof>({
    run: (proof) => post<typeof disableSecondFactor>('/api/second-factor/disable', proof),
    successMessage: () => 'You sign in with your password alone from now on.',
    // The session as well: a role may demand a second factor.
    invalidates: [secondFactorQuery.queryKey, sessionQuery.queryKey],
    quiet: true,
  });
  const close = () => {
    setChange(undefined);
    renew.reset();
    disable.reset();
  };
  return (
    <>
      <p className={classes.note}>
        Enabled since {stamp(new Date(enabledAt))}.{' '}
        {recoveryCodesLeft === 1 ? '1 recovery code is' : `${recoveryCodesLeft} recovery codes are`} left.
        {demanded && ' Your role must have a second factor: disable it only to set up another device.'}
      </p>
      {change === 'renew' ? (
        <ProofForm
          label="New recovery codes"
          submitLabel="Get new recovery codes"
          busy={renew.isPending}
          error={renew.error}
          onSubmit={(proof) => renew.mutate(proof)}
          onCancel={close}
        />
      ) : change === 'disable' ? (
        <ProofForm
          label="Disable the second factor"
          submitLabel="Disable"
          busy={disable.isPending}
          error={disable.error}
          onSubmit={(proof) => disable.mutate(proof)}
          onCancel={close}
        />
      ) : (
        <div className={classes.row}>
          <Button variant="default" onClick={() => setChange('renew')}>
            New recovery codes
          </Button>
          <Button variant="default" onClick={() => setChange('disable')}>
            Disable
          </Button>
        </div>
      )}
    </>
  );
}
