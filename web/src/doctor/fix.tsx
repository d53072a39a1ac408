import { Button, Group, Modal } from '@mantine/core';
import { IconTool } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { fixDoctor } from '#src/operations/system/doctor.ts';
import { post } from '../api/request.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { plural } from '../ui/format.ts';
import { useAction } from '../ui/use-action.ts';
import classes from './doctor.module.css';
import { doctorQuery, type Finding, type Report } from './queries.ts';

/** Fixes what can be fixed safely, and updates the report. */
export function useFix() {
  const client = useQueryClient();
  return useAction({
    run: (environment: string) =>
      post<typeof fixDoctor>('/api/doctor/fix', environment === '' ? {} : { environment }),
    successMessage: summaryOf,
    invalidates: [['environments'], ['environment'], ['container'], ['containers'], ['overview']],
    onSuccess: (report, environment) => client.setQueryData(doctorQuery(environment).queryKey, report),
  });
}

function summaryOf({ healthy, checks }: Report): string {
  if (healthy) return 'Done: no problems left.';
  const problemCount = checks.filter(({ standing }) => standing === 'problem').length;
  return `Done; each check lists its fixes. ${problemCount === 0 ? 'No problems left.' : `${plural(problemCount, 'check')} still ${problemCount === 1 ? 'finds' : 'find'} problems.`}`;
}

interface Props {
  /** What the button fixes, as the button is repeated. */
  name: string;
  /** Everything that the server would fix. */
  fixable: readonly Finding[];
  busy: boolean;
  disabledReason: string | undefined;
  onFix: () => void;
}

/** Asks for confirmation, because the server fixes everything that it can, not only this finding. */
export function Fix({ name, fixable, busy, disabledReason, onFix }: Props) {
  const [dialogOpened, setDialogOpened] = useState(false);
  const close = () => setDialogOpened(false);
  return (
    <>
      <ActionButton
        requiredRole="operator"
        {...(disabledReason !== undefined && { disabledReason })}
        variant="default"
        size="compact-xs"
        aria-label={`Fix ${name}`}
        leftSection={<IconTool size={14} aria-hidden />}
        loading={busy}
        onClick={() => setDialogOpened(true)}
      >
        Fix
      </ActionButton>
      <Modal opened={dialogOpened} onClose={close} title={`Fix ${plural(fixable.length, 'finding')}`}>
        <ul className={classes.fixList}>
          {fixable.map(({ about, found }) => (
            <li key={`${about} ${found}`}>
              {about !== null && <b>{about}: </b>}
              {found}
            </li>
          ))}
        </ul>
        <p>
          matre checks again and fixes what it finds. It changes only what it created, and nothing that a run
          uses.
        </p>
        <Group justify="flex-end" mt="md" gap="xs">
          <Button variant="subtle" data-autofocus onClick={close}>
            Cancel
          </Button>
          <Button
            onClick={() => {
              close();
              onFix();
            }}
          >
            Fix
          </Button>
        </Group>
      </Modal>
    </>
  );
}
