import { Group, Modal, Radio, Stack } from '@mantine/core';
import { IconBandage } from '@tabler/icons-react';
import { useState } from 'react';
import type { addQuarantine } from '#src/operations/triage/quarantines.ts';
import { post } from '../api/request.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { DialogForm } from '../ui/dialog-form.tsx';
import { useAction } from '../ui/use-action.ts';
import { dayAfter, endOfDay } from './quarantine-end.ts';
import { isComplete, QuarantineFields } from './quarantine-fields.tsx';

/** A failure that a quarantine can cover. */
export interface QuarantinedFailure {
  environment: string;
  test: string;
  suite: string | null;
  cause: string;
}

const usualDays = 14;

/** Quarantines the test of a failure, with a form in a dialog. */
export function QuarantineTest({ failure }: { failure: QuarantinedFailure }) {
  const [opened, setOpened] = useState(false);
  const close = () => setOpened(false);
  const name = failure.suite === null ? failure.test : `${failure.suite}:${failure.test}`;
  return (
    <>
      <ActionButton
        requiredRole="operator"
        size="compact-xs"
        variant="subtle"
        leftSection={<IconBandage size={14} aria-hidden />}
        aria-label={`Quarantine ${name}`}
        onClick={() => setOpened(true)}
      >
        Quarantine
      </ActionButton>
      <Modal opened={opened} onClose={close} title={`Quarantine ${name}`}>
        <QuarantineForm failure={failure} name={name} onClose={close} />
      </Modal>
    </>
  );
}

interface FormProps {
  failure: QuarantinedFailure;
  name: string;
  onClose: () => void;
}

function QuarantineForm({ failure, name, onClose }: FormProps) {
  const { environment, test, suite, cause } = failure;
  const [place, setPlace] = useState('one');
  const [causes, setCauses] = useState('one');
  const [draft, setDraft] = useState(() => ({
    ...{ reason: '', owner: '' },
    day: dayAfter(usualDays, new Date()),
  }));
  const { reason, owner, day } = draft;
  const endsAt = endOfDay(day);
  const add = useAction({
    run: () =>
      post<typeof addQuarantine>('/api/quarantines', {
        test,
        reason,
        ...(endsAt !== undefined && { endsAt }),
        ...(suite !== null && { suite }),
        ...(place === 'one' && { environment }),
        ...(causes === 'one' && { cause }),
        ...(owner.trim() !== '' && { owner }),
      }),
    successMessage: () =>
      `${name} is quarantined until ${day}. Runs that end from now on are judged with it.`,
    invalidates: [['quarantines']],
    onSuccess: onClose,
    quiet: true,
  });
  return (
    <DialogForm action={add} submitLabel="Quarantine" isDisabled={!isComplete(draft)} onClose={onClose}>
      <p>
        Its known failures are shown and do not decide the verdict. Another cause decides, and so does a
        broken test.
      </p>
      <Radio.Group label="Failures" size="sm" value={causes} onChange={setCauses}>
        <Stack gap="xs" mt={4}>
          <Radio size="xs" value="one" label="of this cause" />
          <Radio size="xs" value="all" label="of all causes with which it failed so far" />
        </Stack>
      </Radio.Group>
      <Radio.Group label="Where" size="sm" value={place} onChange={setPlace}>
        <Group gap="md" mt={4}>
          <Radio size="xs" value="one" label={`${environment} only`} />
          <Radio size="xs" value="all" label="all environments" />
        </Group>
      </Radio.Group>
      <QuarantineFields
        draft={draft}
        onChange={setDraft}
        ownerDescription="Who repairs the test; by default you"
      />
    </DialogForm>
  );
}
