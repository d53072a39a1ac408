import type { ImportOrigin } from '../store/tables/import-sources.ts';
import { type Fields, type Item, type ItemKind, itemKinds, secretFields } from './mapping/item.ts';

/** What an installation has of one kind, by the name here. */
export type CurrentItems = Readonly<Record<ItemKind, ReadonlyMap<string, Fields>>>;

export interface FieldChange {
  field: string;
  /** `undefined`: none; null: it is secret. */
  before: string | null | undefined;
  after: string | null | undefined;
}

/**
 * - `add`: it is not here yet;
 * - `change`: it was changed there since the last import, and not here;
 * - `same`: nothing differs;
 * - `kept`: it differs, because it was changed or removed here, and stays so.
 */
export type PlanAction = 'add' | 'change' | 'same' | 'kept';

export interface PlannedItem {
  item: Item;
  /** Its name here: that of the first import, whatever the name there is now. */
  here: string;
  action: PlanAction;
  /** The fields that are written. */
  changes: FieldChange[];
  /** The fields that differ and stay. */
  kept: FieldChange[];
  /** All of its fields here when the changes are written. */
  after: Fields;
  /** Why it is kept. */
  reason: string | undefined;
  /** What the origin stores from now on. */
  state: Fields;
}

/** Fields that users change here without meaning to: a password gets another hash when its user signs in. */
const changedByUse: Readonly<Partial<Record<ItemKind, readonly string[]>>> = { user: ['password'] };

/**
 * Compares what the source has now with what it had at the last import and with what is here. Each field that was changed here meanwhile
 * stays, unless `overwrite`.
 */
export function planItems(
  items: readonly Item[],
  {
    current,
    origins,
    overwrite,
  }: { current: CurrentItems; origins: readonly ImportOrigin[]; overwrite: boolean },
): PlannedItem[] {
  const originOf = new Map(origins.map((origin) => [`${origin.kind} ${origin.sourceId}`, origin]));
  const ordered = [...items].sort(
    (one, other) => itemKinds.indexOf(one.kind) - itemKinds.indexOf(other.kind),
  );
  return ordered.map((item) => {
    const origin = originOf.get(`${item.kind} ${item.sourceId}`);
    const here = origin?.target ?? item.here;
    return planItem(item, { here, base: origin?.state, now: current[item.kind].get(here), overwrite });
  });
}

function planItem(
  item: Item,
  {
    here,
    base,
    now,
    overwrite,
  }: { here: string; base: Fields | undefined; now: Fields | undefined; overwrite: boolean },
): PlannedItem {
  const { kind, fields } = item;
  const plan = { item, here, changes: [], kept: [], after: fields, reason: undefined, state: fields };
  if (now === undefined) {
    if (base !== undefined && !overwrite) {
      return { ...plan, action: 'kept', state: base, reason: 'it was removed or renamed here' };
    }
    return { ...plan, action: 'add', changes: changesOf(kind, {}, fields) };
  }
  const names = [...new Set([...Object.keys(fields), ...Object.keys(base ?? {}), ...Object.keys(now)])];
  const changed: string[] = [];
  const kept: string[] = [];
  const state: Record<string, string> = { ...fields };
  for (const name of names) {
    const [expected, before, present] = [fields[name], base?.[name], now[name]];
    // A field that the source never had is that of the installation.
    if (expected === present || (expected === undefined && before === undefined)) continue;
    if (changedByUse[kind]?.includes(name) && base !== undefined && before === expected) continue;
    const isChangedHere = base === undefined || before !== present;
    if (!isChangedHere || overwrite) changed.push(name);
    else {
      kept.push(name);
      // The next import still finds that this was changed here.
      if (before === undefined) delete state[name];
      else state[name] = before;
    }
  }
  const only = (own: readonly string[]) => changesOf(kind, pick(now, own), pick(fields, own));
  const unchanged = Object.keys(now).filter((name) => !changed.includes(name));
  const reason =
    kept.length === 0 ? undefined : base === undefined ? 'it was here before' : 'it was changed here';
  // What was here before the first import has no origin until it is equal.
  return {
    ...plan,
    action: changed.length > 0 ? 'change' : kept.length > 0 ? 'kept' : 'same',
    ...{ changes: only(changed), kept: only(kept), reason, state },
    after: { ...pick(now, unchanged), ...pick(fields, changed) },
  };
}

const pick = (fields: Fields, names: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name)));

function changesOf(kind: ItemKind, before: Fields, after: Fields): FieldChange[] {
  const shown = (name: string, value: string | undefined) =>
    value !== undefined && (secretFields[kind]?.includes(name) ?? false) ? null : value;
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].map((field) => ({
    field,
    before: shown(field, before[field]),
    after: shown(field, after[field]),
  }));
}
