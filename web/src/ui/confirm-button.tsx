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
export function ConfirmButton({ label: button, accessibleName: name, question, busy, onConfirm: onYes }: Props) {
  const [opened, setOpened] = useState(false);
  const close = () => setOpened(false);
  return (
    <Popover opened={opened} onChange={setOpened} withArrow trapFocus returnFocus position="left" shadow="md">
      <Popover.Target>
        <Button
          variant="subtle"
          size="compact-xs"
          aria-label={name}
          loading={busy}
          onClick={() => setOpened((before) => !before)}
        >
          {button}
        </Button>
      </Popover.Target>
      <Popover.Dropdown maw={280} aria-label={name}>
        <p>{question}</p>
        <Group gap="xs" mt="xs" justify="end">
          <Button variant="default" onClick={close}>
            No
          </Button>
          <Button
            onClick={() => {
              close();
              onYes();
            }}
          >
            {button}
          </Button>
        </Group>
      </Popover.Dropdown>
    </Popover>
  );
}
