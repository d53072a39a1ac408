import { Combobox, Pill, PillsInput, useCombobox } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { completeTests } from '../../../src/operations/tests/test-history.ts';
import { get } from '../api/request.ts';
import { plural } from '../ui/format.ts';
import { type Name, splitNames } from './draft.ts';
import classes from './name-picker.module.css';

interface Props {
  label: string;
  description: ReactNode;
  placeholder: string;
  selected: Name[];
  /** Whether a name is missing from the catalog. */
  unknown?: (name: string) => boolean;
  /** Whether pills show the kind of the name. */
  showsKind?: boolean;
  disabled?: boolean;
  onAdd: (names: Name[]) => void;
  onRemove: (name: Name) => void;
}

const kindText = { group: 'Groups', suite: 'Suites', test: 'Tests' };

/** A field for groups, suites and tests, with completion from the catalog. Accepts pasted lists. */
export function NamePicker(props: Props) {
  const {
    label,
    description,
    placeholder,
    selected,
    unknown,
    showsKind = true,
    disabled,
    onAdd,
    onRemove,
  } = props;
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const [input, setInput] = useState('');
  const [text] = useDebouncedValue(input.trim(), 120);
  const { data, isError } = useQuery({
    queryKey: ['tests', 'complete', text],
    queryFn: ({ signal }) =>
      get<typeof completeTests>('/api/tests/complete', { query: { text, limit: 30 }, signal }),
    placeholderData: keepPreviousData,
    enabled: combobox.dropdownOpened,
    staleTime: 60_000,
  });

  const isSelected = ({ kind, name }: Name) =>
    selected.some((each) => each.kind === kind && each.name === name);
  const suggestions = (data?.names ?? []).filter((each) => !isSelected(each));
  const add = (names: Name[]) => {
    onAdd(names);
    setInput('');
  };
  const addInput = () => {
    if (input.trim() !== '') add(splitNames(input).map((name) => withKind(name, suggestions)));
  };

  return (
    <Combobox
      store={combobox}
      disabled={disabled}
      onOptionSubmit={(value) => {
        const [kind = 'test', name = ''] = value.split(/ (.*)/);
        add([{ kind: kind as Name['kind'], name }]);
      }}
    >
      <Combobox.DropdownTarget>
        <PillsInput
          label={label}
          description={description}
          size="sm"
          disabled={disabled}
          onClick={() => combobox.openDropdown()}
        >
          <Pill.Group>
            {selected.map((each) => (
              <Pill
                key={`${each.kind} ${each.name}`}
                withRemoveButton
                disabled={disabled}
                className={classes.pill}
                data-unknown={unknown?.(each.name) || undefined}
                onRemove={() => onRemove(each)}
                removeButtonProps={{ 'aria-label': `Remove ${each.name}`, tabIndex: 0, 'aria-hidden': false }}
              >
                {showsKind && <span className={classes.kind}>{each.kind}</span>}
                {each.name}
              </Pill>
            ))}
            <Combobox.EventsTarget>
              <PillsInput.Field
                value={input}
                disabled={disabled}
                placeholder={selected.length === 0 ? placeholder : undefined}
                onFocus={() => combobox.openDropdown()}
                onBlur={() => combobox.closeDropdown()}
                onChange={(event) => {
                  setInput(event.currentTarget.value);
                  combobox.openDropdown();
                  combobox.resetSelectedOption();
                }}
                onPaste={(event) => {
                  const names = splitNames(event.clipboardData.getData('text'));
                  if (names.length < 2) return;
                  event.preventDefault();
                  add(names.map((name) => withKind(name, suggestions)));
                }}
                onKeyDown={(event) => {
                  const last = selected.at(-1);
                  if (event.key === 'Backspace' && input === '' && last) onRemove(last);
                  if (event.key === 'Enter' && combobox.getSelectedOptionIndex() < 0) {
                    event.preventDefault();
                    addInput();
                  }
                }}
              />
            </Combobox.EventsTarget>
          </Pill.Group>
        </PillsInput>
      </Combobox.DropdownTarget>
      <Combobox.Dropdown>
        <Combobox.Options mah={320} className={classes.options} aria-label={label}>
          {(['group', 'suite', 'test'] as const).map((kind) => {
            const ofKind = suggestions.filter((each) => each.kind === kind);
            if (ofKind.length === 0) return null;
            return (
              <Combobox.Group key={kind} label={kindText[kind]}>
                {ofKind.map(({ name, tests, title }) => (
                  <Combobox.Option key={name} value={`${kind} ${name}`} className={classes.option}>
                    <span className={classes.name}>{name}</span>
                    <span className={classes.note}>{kind === 'test' ? title : plural(tests, 'test')}</span>
                  </Combobox.Option>
                ))}
              </Combobox.Group>
            );
          })}
          {suggestions.length === 0 && (
            <Combobox.Empty>
              {isError
                ? 'The catalog is unavailable. You can still type names.'
                : data && input.trim() !== ''
                  ? 'Not in the catalog. Press Enter to add it anyway.'
                  : 'Type a name.'}
            </Combobox.Empty>
          )}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}

/** Adds the kind to a typed name: that of a suggestion with this name, else `test`. */
function withKind(name: string, suggestions: readonly Name[]): Name {
  const suggestion = suggestions.find((each) => each.name === name);
  return { kind: suggestion?.kind ?? 'test', name };
}
