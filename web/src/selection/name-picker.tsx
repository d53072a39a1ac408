import { Combobox, Pill, PillsInput, useCombobox } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { LongText } from '../ui/long-text/long-text.tsx';
import { type Name, splitNames } from './draft.ts';
import classes from './name-picker.module.css';
import { SuggestionList } from './suggestion-list.tsx';
import { type CompletedNames, readNames, useCompletion } from './use-completion.ts';

interface Props {
  label: string;
  description: ReactNode;
  placeholder: string;
  /** What it completes; modules are taken as they are typed. */
  of?: CompletedNames;
  selected: Name[];
  /** Whether a name is missing from the catalog. */
  unknown?: (name: string) => boolean;
  /** Whether pills show the kind of the name. */
  showsKind?: boolean;
  disabled?: boolean;
  onAdd: (names: Name[]) => void;
  onRemove: (name: Name) => void;
}

/** A field for groups, suites, tests and patterns, or for modules, with completion from the catalog. Accepts pasted lists. */
export function NamePicker(props: Props) {
  const { label, description, of = 'tests', selected, disabled, onAdd } = props;
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const [input, setInput] = useState('');
  const { data, isError } = useCompletion(of, input, combobox.dropdownOpened);

  const isSelected = ({ kind, name }: Name) =>
    selected.some((each) => each.kind === kind && each.name === name);
  const suggestions = (data?.names ?? []).filter((each) => !isSelected(each));
  const addText = (text: string) => {
    setInput('');
    if (of === 'modules') onAdd(splitNames(text).map((name) => ({ kind: 'module', name })));
    else void readNames(text).then(onAdd);
  };

  return (
    <Combobox
      store={combobox}
      disabled={disabled}
      onOptionSubmit={(value) => {
        const [kind = 'test', name = ''] = value.split(/ (.*)/);
        onAdd([{ kind: kind as Name['kind'], name }]);
        setInput('');
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
              <NamePill key={`${each.kind} ${each.name}`} name={each} picker={props} />
            ))}
            <NameInput picker={props} combobox={combobox} input={input} onInput={setInput} onText={addText} />
          </Pill.Group>
        </PillsInput>
      </Combobox.DropdownTarget>
      <Combobox.Dropdown>
        <SuggestionList
          label={label}
          suggestions={suggestions}
          emptyText={emptyText(input, isError, data !== undefined)}
        />
      </Combobox.Dropdown>
    </Combobox>
  );
}

function emptyText(input: string, isError: boolean, isLoaded: boolean): string {
  if (isError) return 'The catalog is unavailable. You can still type names.';
  if (/[*?]/.test(input)) return 'Press Enter to add the pattern.';
  return isLoaded && input.trim() !== ''
    ? 'Not in the catalog. Press Enter to add it anyway.'
    : 'Type a name.';
}

/** A selected name that can be removed. */
function NamePill({ name: { kind, name }, picker }: { name: Name; picker: Props }) {
  const { unknown, showsKind = true, disabled, onRemove } = picker;
  return (
    <Pill
      withRemoveButton
      disabled={disabled}
      classNames={{ root: classes.pill, label: classes.label }}
      data-row
      data-unknown={unknown?.(name) || undefined}
      onRemove={() => onRemove({ kind, name })}
      removeButtonProps={{ 'aria-label': `Remove ${name}`, tabIndex: 0, 'aria-hidden': false }}
    >
      {showsKind && <span className={classes.kind}>{kind}</span>}
      <LongText text={name} />
    </Pill>
  );
}

interface InputProps {
  picker: Props;
  combobox: ReturnType<typeof useCombobox>;
  input: string;
  onInput: (text: string) => void;
  /** Text with names that was typed or pasted. */
  onText: (text: string) => void;
}

function NameInput({ picker, combobox, input, onInput, onText }: InputProps) {
  const { selected, placeholder, disabled, onRemove } = picker;
  return (
    <Combobox.EventsTarget>
      <PillsInput.Field
        value={input}
        disabled={disabled}
        placeholder={selected.length === 0 ? placeholder : undefined}
        onFocus={() => combobox.openDropdown()}
        onBlur={() => combobox.closeDropdown()}
        onChange={(event) => {
          onInput(event.currentTarget.value);
          combobox.openDropdown();
          combobox.resetSelectedOption();
        }}
        onPaste={(event) => {
          const text = event.clipboardData.getData('text');
          if (splitNames(text).length < 2) return;
          event.preventDefault();
          onText(text);
        }}
        onKeyDown={(event) => {
          const last = selected.at(-1);
          if (event.key === 'Backspace' && input === '' && last) onRemove(last);
          if (event.key === 'Enter' && combobox.getSelectedOptionIndex() < 0) {
            event.preventDefault();
            if (input.trim() !== '') onText(input);
          }
        }}
      />
    </Combobox.EventsTarget>
  );
}
