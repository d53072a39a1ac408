import { Anchor, NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { SavedSelectionView } from '#src/operations/saved-selections/saved-selection-view.ts';
import classes from './saved-picker.module.css';
import { savedPage, savedSelectionsQuery } from './saved-query.ts';

interface Props {
  /** The name of the chosen saved selection. */
  name: string | undefined;
  /** Why it cannot be used. */
  problem: string | undefined;
  onChange: (saved: SavedSelectionView | undefined) => void;
}

/** Chooses a saved selection instead of single tests. Nothing where there are none. */
export function SavedPicker({ name, problem, onChange }: Props) {
  const { data } = useQuery(savedSelectionsQuery);
  const all = data?.savedSelections ?? [];
  if (all.length === 0 && name === undefined) return null;
  const chosen = all.find((each) => each.name === name);
  const options = all.map((each) => ({
    value: each.name,
    label: each.disabled ? `${each.name} (off)` : each.name,
    disabled: each.disabled !== null && each.name !== name,
  }));
  const missing = name !== undefined && chosen === undefined ? [{ value: name, label: name }] : [];
  return (
    <div className={classes.saved}>
      <NativeSelect
        label="Saved selection"
        data={[{ value: '', label: 'None: choose tests' }, ...options, ...missing]}
        value={name ?? ''}
        error={problem}
        onChange={(event) => onChange(all.find((each) => each.name === event.currentTarget.value))}
      />
      {chosen && (
        <p className={classes.summary}>
          {chosen.summary}{' '}
          <Anchor component={Link} href={savedPage(chosen.name)} className={classes.edit}>
            Edit
          </Anchor>
        </p>
      )}
    </div>
  );
}
