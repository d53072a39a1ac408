import { Button, Group, Modal } from '@mantine/core';
import { IconTool } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { fixDoctor } from '../../../src/operations/system/doctor.ts';
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
    done: outputOf,
    touches: [['environments'], ['environment'], ['container'], ['containers'], ['overview']],
    onDone: (report, environment) => client.setQueryData(doctorQuery(environment).queryKey, report),
  });
}

function outputOf({ healthy, checks }: Report): string {
  if (healthy) return 'Done: no problems left.';
  const left = checks.filter(({ standing }) => standing === 'problem').length;
  return `Done; each check lists its fixes. ${left === 0 ? 'No problems left.' : `${plural(left, 'check')} still ${left === 1 ? 'finds' : 'find'} problems.`}`;
}

interface Props {
  /** What the button fixes, as the button is repeated. */
  name: string;
  /** Everything that the server would fix. */
  fixable: readonly Finding[];
  busy: boolean;
  unless: string | undefined;
  onFix: () => void;
}

/** Asks for confirmation, because the server fixes everything that it can, not only this finding. */
export function Fix({ name, fixable, busy, unless, onFix }: Props) {
  const [asks, setAsks] = useState(false);
  const close = () => setAsks(false);
  return (
    <>
      <ActionButton
        needs="operator"
        {...(unless !== undefined && { unless })}
        variant="default"
        size="compact-xs"
        aria-label={`Fix ${name}`}
        leftSection={<IconTool size={14} aria-hidden />}
        loading={busy}
        onClick={() => setAsks(true)}
      >
        Fix
      </ActionButton>
      <Modal opened={asks} onClose={close} title={`Fix ${plural(fixable.length, 'finding')}`}>
        <ul className={classes.asked}>
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
