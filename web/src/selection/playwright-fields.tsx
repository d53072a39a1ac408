import { Checkbox, TextInput } from '@mantine/core';
import { useState } from 'react';
import { distinct, type Selected } from './draft.ts';
import classes from './selection-fields.module.css';

type Playwright = NonNullable<Selected['playwright']>;

const lists = [
  { list: 'projects', label: 'Only projects', placeholder: 'chromium, phone-*' },
  { list: 'tags', label: 'Only tags', placeholder: '@smoke' },
  { list: 'files', label: 'Only files', placeholder: 'tests/cart*' },
] as const;

/** Which tests of the Playwright project a draft selects. */
export function PlaywrightFields({
  playwright,
  onChange,
}: {
  playwright: Playwright | undefined;
  onChange: (playwright: Playwright | undefined) => void;
}) {
  return (
    <div className={classes.names}>
      <Checkbox
        size="xs"
        label="Tests of the Playwright project"
        checked={playwright !== undefined}
        onChange={(event) => onChange(event.currentTarget.checked ? {} : undefined)}
      />
      {playwright && (
        <>
          <TextInput
            size="xs"
            label="Expression"
            description="A regular expression for the file, the titles and the tags of a test."
            value={playwright.grep ?? ''}
            onChange={(event) => {
              const { grep: _, ...rest } = playwright;
              const grep = event.currentTarget.value;
              onChange(grep === '' ? rest : { ...rest, grep });
            }}
          />
          {lists.map(({ list, label, placeholder }) => (
            <ListInput
              key={list}
              label={label}
              placeholder={placeholder}
              values={playwright[list] ?? []}
              onChange={(values) => {
                const { [list]: _, ...rest } = playwright;
                onChange(values.length === 0 ? rest : { ...rest, [list]: values });
              }}
            />
          ))}
        </>
      )}
    </div>
  );
}

/** Values separated by commas. */
function ListInput({
  label,
  placeholder,
  values,
  onChange,
}: {
  label: string;
  placeholder: string;
  values: readonly string[];
  onChange: (values: string[]) => void;
}) {
  // What is typed: a comma at its end must not vanish.
  const [typed, setTyped] = useState('');
  const list = distinct(typed.split(','));
  // Another saved selection or the button of the browser may have replaced what was typed.
  const isCurrent = list.length === values.length && list.every((value, index) => value === values[index]);
  return (
    <TextInput
      size="xs"
      label={label}
      placeholder={placeholder}
      value={isCurrent ? typed : values.join(', ')}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        onChange(distinct(event.currentTarget.value.split(',')));
      }}
    />
  );
}
