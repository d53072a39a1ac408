import { Button, Group, Popover } from '@mantine/core';
import { useState } from 'react';

interface Props {
  label: string;
  /** The accessible name, for a button that is repeated in many rows. */
  accessibleName: string;
  /** What will happen, as a question or sentence. */
  question: string;
  busy: boolean;
  onConfirm: () => void;
}

/** A button for an irreversible action. It asks for confirmation in a popover. */
export function ConfirmButton({ label, accessibleName, question, busy, onConfirm }: Props) {
  const [opened, setOpened] = useState(false);
  const close = () => setOpened(false);
  return (
    <Popover opened={opened} onChange={setOpened} withArrow trapFocus returnFocus position="left" shadow="md">
      <Popover.Target>
        <Button
          variant="subtle"
          size="compact-xs"
          aria-label={accessibleName}
          loading={busy}
          onClick={() => setOpened((before) => !before)}
        >
          {label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown maw={280} aria-label={accessibleName}>
        <p>{question}</p>
        <Group gap="xs" mt="xs" justify="end">
          <Button variant="default" onClick={close}>
            No
          </Button>
          <Button
            onClick={() => {
              close();
              onConfirm();
            }}
          >
            {label}
          </Button>
        </Group>
      </Popover.Dropdown>
    </Popover>
  );
}
