import { Checkbox } from '@mantine/core';
import { type Draft, distinct, distinctNames } from './draft.ts';
import { NamePicker } from './name-picker.tsx';
import classes from './selection-fields.module.css';

type Selected = Pick<Draft, 'all' | 'names' | 'exclude'>;

interface Props {
  draft: Selected;
  /** Whether a name is missing from the catalog. */
  unknown?: (name: string) => boolean;
  onChange: (changes: (before: Selected) => Partial<Selected>) => void;
}

/** The tests that a draft selects and excludes. */
export function SelectionFields({ draft, unknown, onChange }: Props) {
  return (
    <>
      <div className={classes.names}>
        <NamePicker
          label="Tests"
          description="Groups, suites or tests. Suite:Test selects a test in one suite. You can paste a list."
          placeholder={draft.all ? 'All tests' : 'smoke, CheckoutSuite, GuestCheckoutTest …'}
          disabled={draft.all}
          selected={draft.names}
          unknown={unknown}
          onAdd={(names) => onChange((before) => ({ names: distinctNames([...before.names, ...names]) }))}
          onRemove={({ kind, name }) =>
            onChange((before) => ({
              names: before.names.filter((each) => each.kind !== kind || each.name !== name),
            }))
          }
        />
        <Checkbox
          size="xs"
          label="All tests in the catalog"
          checked={draft.all}
          onChange={(event) => {
            const all = event.currentTarget.checked;
            onChange(() => ({ all }));
          }}
        />
      </div>
      <NamePicker
        label="Exclude"
        description="Always excluded, even if selected above."
        placeholder="Nothing excluded"
        showsKind={false}
        selected={draft.exclude.map((name) => ({ kind: 'test', name }))}
        unknown={unknown}
        onAdd={(names) =>
          onChange((before) => ({ exclude: distinct([...before.exclude, ...names.map(({ name }) => name)]) }))
        }
        onRemove={({ name }) =>
          onChange((before) => ({ exclude: before.exclude.filter((each) => each !== name) }))
        }
      />
    </>
  );
}
