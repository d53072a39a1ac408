import { Checkbox } from '@mantine/core';
import type { Severity } from '#src/model/selection.ts';
import { distinct, distinctNames, isSelecting, type Name, type Selected } from './draft.ts';
import { NamePicker } from './name-picker.tsx';
import { PlaywrightFields } from './playwright-fields.tsx';
import classes from './selection-fields.module.css';

interface Props {
  draft: Selected;
  /** Whether a name is missing from the catalog. */
  unknown?: (name: string) => boolean;
  onChange: (changes: (before: Selected) => Partial<Selected>) => void;
}

const severities = {
  BLOCKER: 'Blocker',
  CRITICAL: 'Critical',
  MAJOR: 'Major',
  AVERAGE: 'Average',
  MINOR: 'Minor',
} satisfies Record<Severity, string>;

/** The tests that a draft selects and excludes. */
export function SelectionFields({ draft, unknown, onChange }: Props) {
  const add = (names: Name[]) =>
    onChange((before) => ({ names: distinctNames([...before.names, ...names]) }));
  const remove = ({ kind, name }: Name) =>
    onChange((before) => ({
      names: before.names.filter((each) => each.kind !== kind || each.name !== name),
    }));
  const modules = draft.names.filter(({ kind }) => kind === 'module');
  return (
    <>
      <div className={classes.names}>
        <NamePicker
          label="Tests"
          description="Groups, suites, tests, or patterns such as Storefront*Test. Suite:Test selects a test in one suite. You can paste a list."
          placeholder={draft.all ? 'All tests' : 'smoke, CheckoutSuite, GuestCheckoutTest …'}
          disabled={draft.all}
          selected={draft.names.filter(isSelecting)}
          unknown={unknown}
          onAdd={add}
          onRemove={remove}
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
        label="Only modules"
        description="Magento modules of the tests above, or of all tests: Magento_Checkout, or a pattern such as Acme_*."
        placeholder="All modules"
        of="modules"
        showsKind={false}
        selected={modules}
        unknown={unknown}
        onAdd={add}
        onRemove={remove}
      />
      <SeverityFields
        selected={draft.names.flatMap(({ kind, name }) => (kind === 'severity' ? [name] : []))}
        onToggle={(name, isSelected) => (isSelected ? add([name]) : remove(name))}
      />
      <PlaywrightFields
        playwright={draft.playwright}
        onChange={(playwright) => onChange(() => ({ playwright }))}
      />
      <NamePicker
        label="Exclude"
        description="Names or patterns. Always excluded, even if selected above."
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
      <Checkbox
        size="xs"
        label="Exclude tests that the module marks as skipped"
        checked={draft.excludeSkipped ?? false}
        onChange={(event) => {
          const excludeSkipped = event.currentTarget.checked;
          onChange(() => ({ excludeSkipped }));
        }}
      />
    </>
  );
}

/** The severities to which a draft is limited; none for all. */
function SeverityFields({
  selected,
  onToggle,
}: {
  selected: string[];
  onToggle: (name: Name, isSelected: boolean) => void;
}) {
  return (
    <fieldset className={classes.severities}>
      <legend className={classes.legend}>Only severities</legend>
      {Object.entries(severities).map(([name, label]) => (
        <Checkbox
          key={name}
          size="xs"
          label={label}
          checked={selected.includes(name)}
          onChange={(event) => onToggle({ kind: 'severity', name }, event.currentTarget.checked)}
        />
      ))}
    </fieldset>
  );
}
