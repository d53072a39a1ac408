import { Combobox, Modal, TextInput, useCombobox } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { type EntryGroup, filterEntries, runNumberIn } from './entries.ts';
import classes from './palette.module.css';
import { useEntries } from './use-entries.ts';

const label = 'Search and actions';

interface Props {
  opened: boolean;
  onClose: () => void;
}

/** A dialog in which any view, run, test, environment, schedule or action is found by typing. */
export default function Palette({ opened, onClose }: Props) {
  return (
    <Modal.Root opened={opened} onClose={onClose} centered={false} size="lg" padding={0}>
      <Modal.Overlay />
      <Modal.Content aria-label={label}>
        <Modal.Body>
          <Search onClose={onClose} />
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

function Search({ onClose }: Pick<Props, 'onClose'>) {
  const [query, setQuery] = useState('');
  const [, go] = useLocation();
  const groups = useEntries();
  const number = runNumberIn(query);
  const typedRun: EntryGroup[] =
    number === undefined
      ? []
      : [
          {
            name: 'Run',
            entries: [{ id: 'typed', label: `Run ${number}`, run: () => go(`/runs/${number}`) }],
          },
        ];
  const shown = [...typedRun, ...filterEntries(groups, query)];
  // Open for as long as the dialog is; Escape closes both.
  const combobox = useCombobox({ opened: true, onDropdownClose: onClose });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new query has other entries
  useEffect(() => {
    combobox.selectFirstOption();
  }, [query, shown.length]);

  const choose = (id: string) => {
    const entry = shown.flatMap(({ entries }) => entries).find((each) => each.id === id);
    onClose();
    entry?.run();
  };
  return (
    <Combobox store={combobox} onOptionSubmit={choose}>
      <Combobox.EventsTarget withExpandedAttribute>
        <TextInput
          data-autofocus
          size="md"
          variant="unstyled"
          className={classes.search}
          role="combobox"
          aria-label={label}
          placeholder="Run, test, environment, schedule, view or action"
          leftSection={<IconSearch size={16} aria-hidden />}
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
        />
      </Combobox.EventsTarget>
      <Combobox.Options className={classes.options} aria-label="Entries" tabIndex={0}>
        {shown.map(({ name, entries }) => (
          <Combobox.Group key={name} label={name}>
            {entries.map(({ id, label, detail }) => (
              <Combobox.Option
                key={id}
                value={id}
                className={classes.option}
                title={`${label} ${detail ?? ''}`}
              >
                <span className={classes.label}>{label}</span>
                {detail !== undefined && <span className={classes.detail}>{detail}</span>}
              </Combobox.Option>
            ))}
          </Combobox.Group>
        ))}
        {shown.length === 0 && <Combobox.Empty>Nothing matches “{query}”</Combobox.Empty>}
      </Combobox.Options>
    </Combobox>
  );
}
