import { Button, Group, Popover } from '@mantine/core';
import { useState } from 'react';

interface Props {
  button: string;
  /** For screen readers, where the same button stands in many rows. */
  name: string;
  /** What will happen. */
  question: string;
  busy: boolean;
  onYes: () => void;
}

/** A button for what cannot be taken back: it asks once more, in place. */
export function ConfirmButton({ button, name, question, busy, onYes }: Props) {
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
