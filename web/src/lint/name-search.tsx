import { Combobox, TextInput, useCombobox } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { maxTestNameLength } from '#src/model/limits.ts';
import { kindText } from './kinds.ts';
import classes from './lint.module.css';
import { usableNamesQuery } from './queries.ts';

interface Props {
  name: string;
  environment: string;
  onChoose: (name: string) => void;
}

/** A field for a name that tests use, with completion. */
export function NameSearch({ name, environment, onChoose }: Props) {
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const [input, setInput] = useState(name);
  useEffect(() => setInput(name), [name]);
  const [text] = useDebouncedValue(input.trim(), 120);
  const { data, isError } = useQuery({
    ...usableNamesQuery({ text, environment }),
    enabled: combobox.dropdownOpened && text !== '',
  });
  const names = text === '' ? [] : (data?.names ?? []);
  const choose = (value: string) => {
    combobox.closeDropdown();
    setInput(value);
    if (value !== '') onChoose(value);
  };
  return (
    <Combobox store={combobox} onOptionSubmit={choose}>
      <Combobox.Target>
        <TextInput
          className={classes.search}
          label="Name"
          description="An action group, data, page, section or test, Section.element, Data.field, _ENV.NAME or _CREDS.vendor/NAME"
          maxLength={maxTestNameLength}
          spellCheck={false}
          autoComplete="off"
          value={input}
          onFocus={() => combobox.openDropdown()}
          onBlur={() => combobox.closeDropdown()}
          onChange={(event) => {
            setInput(event.currentTarget.value);
            combobox.openDropdown();
            combobox.resetSelectedOption();
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && combobox.getSelectedOptionIndex() < 0) choose(input.trim());
          }}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={text === ''}>
        <Combobox.Options mah={320} className={classes.options} aria-label="Names">
          {names.map(({ name: each, kind }) => (
            <Combobox.Option key={`${kind} ${each}`} value={each} className={classes.option}>
              <span className={classes.optionName}>{each}</span>
              <span className={classes.dim}>{kindText[kind]}</span>
            </Combobox.Option>
          ))}
          {names.length === 0 && (
            <Combobox.Empty>{isError ? 'The names are unavailable.' : 'No such name.'}</Combobox.Empty>
          )}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
