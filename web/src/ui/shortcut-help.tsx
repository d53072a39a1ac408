import { Kbd, Modal, Switch, Table } from '@mantine/core';
import type { Shortcut } from './shortcut.ts';

interface Props {
  opened: boolean;
  shortcuts: Shortcut[];
  off: boolean;
  onOff: (off: boolean) => void;
  onClose: () => void;
}

/** The help dialog: the keyboard shortcuts of the current view, and the terms of the page. */
export function ShortcutHelp({ opened, shortcuts, off, onOff, onClose }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title="Help">
      <Table aria-label="Keyboard shortcuts" captionSide="top">
        <Table.Caption>Keyboard shortcuts</Table.Caption>
        <Table.Tbody>
          {[...shortcuts, { keys: '?', what: 'This help' }].map(({ keys, what }) => (
            <Table.Tr key={keys + what}>
              <Table.Th scope="row" w={90}>
                {keys.split(' ').map((key, index) => (
                  <span key={key}>
                    {index > 0 && ' '}
                    <Kbd size="xs">{key}</Kbd>
                  </span>
                ))}
              </Table.Th>
              <Table.Td>{what}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Switch
        mt="md"
        size="sm"
        label="Keyboard shortcuts"
        checked={!off}
        onChange={(event) => onOff(!event.currentTarget.checked)}
      />
    </Modal>
  );
}
