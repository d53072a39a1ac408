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

/** Mends what can be mended safely, and shows what is left. */
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
  if (healthy) return 'Done: all is well now.';
  const left = checks.filter(({ standing }) => standing === 'problem').length;
  return `Done; what was done stands at each check. ${left === 0 ? 'No problem is left.' : `${plural(left, 'check')} still ${left === 1 ? 'finds' : 'find'} a problem.`}`;
}

interface Props {
  /** What it is about, where the same button stands at several. */
  name: string;
  /** All that is mended with it. */
  fixable: readonly Finding[];
  busy: boolean;
  unless: string | undefined;
  onFix: () => void;
}

/** Asks first: the server mends all that it can, not only what the button stands at. */
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
      <Modal
        opened={asks}
        onClose={close}
        title={fixable.length === 1 ? 'Fix it' : `Fix these ${fixable.length}`}
      >
        <ul className={classes.asked}>
          {fixable.map(({ about, found }) => (
            <li key={`${about} ${found}`}>
              {about !== null && <b>{about}: </b>}
              {found}
            </li>
          ))}
        </ul>
        <p>
          It looks again first and mends what it then finds: only what matre made, and nothing that a run
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
