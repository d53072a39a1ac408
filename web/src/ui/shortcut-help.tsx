import { Kbd, Modal, Switch, Table } from '@mantine/core';
import type { Shortcut } from './shortcut.ts';

/** The terms that newcomers meet on the page, of which docs/glossary.md has all. */
const terms = [
  { term: 'Run', meaning: 'One execution of selected tests on one environment.' },
  { term: 'Attempt', meaning: 'One execution of a run. It gets another after a retry or a lost worker.' },
  { term: 'Submission', meaning: 'Runs that were requested at once.' },
  { term: 'Broken', meaning: 'The infrastructure failed, not a test.' },
  { term: 'Worker slot', meaning: 'Executes one run at a time. A worker has several.' },
  {
    term: 'Queue position',
    meaning: 'The place of a run in the queue of its environment. Position 1 is next.',
  },
  { term: 'Flaky', meaning: 'A test that alternates between passed and failed.' },
];

interface Props {
  opened: boolean;
  shortcuts: Shortcut[];
  disabled: boolean;
  onDisable: (disabled: boolean) => void;
  onClose: () => void;
}

/** The help dialog: the keyboard shortcuts of the current view, and the terms of the page. */
export function ShortcutHelp({ opened, shortcuts, disabled, onDisable, onClose }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title="Help">
      <h3 id="help-shortcuts">Keyboard shortcuts</h3>
      <Table aria-labelledby="help-shortcuts">
        <Table.Tbody>
          {[...shortcuts, { keys: '?', description: 'This help' }].map(({ keys, description }) => (
            <Table.Tr key={keys + description}>
              <Table.Th scope="row" w={90}>
                {keys.split(' ').map((key, index) => (
                  <span key={key}>
                    {index > 0 && ' '}
                    <Kbd size="xs">{key}</Kbd>
                  </span>
                ))}
              </Table.Th>
              <Table.Td>{description}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Switch
        mt="md"
        mb="lg"
        size="sm"
        label="Enable keyboard shortcuts"
        checked={!disabled}
        onChange={(event) => onDisable(!event.currentTarget.checked)}
      />
      <h3 id="help-terms">Terms</h3>
      <Table aria-labelledby="help-terms">
        <Table.Tbody>
          {terms.map(({ term, meaning }) => (
            <Table.Tr key={term}>
              <Table.Th scope="row" w={120}>
                {term}
              </Table.Th>
              <Table.Td>{meaning}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
