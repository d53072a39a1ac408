/** What can be chosen in the palette. */
export interface Entry {
  /** Unique among all entries. */
  id: string;
  label: string;
  /** Shown after the label, and searched too. */
  detail?: string;
  /** Not shown before something is typed: one of many of its kind. */
  searchedOnly?: boolean;
  run: () => void;
}

export interface EntryGroup {
  name: string;
  entries: readonly Entry[];
}

/** More entries of a group are not shown: typing narrows them down. */
const maxPerGroup = 8;

/**
 * The entries that contain all words of the query, of each group at most eight: those whose label begins with the query first. Without
 * groups that have none.
 */
export function filterEntries(groups: readonly EntryGroup[], query: string): EntryGroup[] {
  const text = query.trim().toLowerCase();
  const words = text.split(/\s+/);
  return groups.flatMap(({ name, entries }) => {
    const first: Entry[] = [];
    const others: Entry[] = [];
    for (const entry of entries) {
      if (entry.searchedOnly && text === '') continue;
      const label = entry.label.toLowerCase();
      const searched = `${label} ${entry.detail?.toLowerCase() ?? ''}`;
      if (!words.every((word) => searched.includes(word))) continue;
      (label.startsWith(text) ? first : others).push(entry);
      if (first.length === maxPerGroup) break;
    }
    const shown = [...first, ...others].slice(0, maxPerGroup);
    return shown.length === 0 ? [] : [{ name, entries: shown }];
  });
}

/** The number of a run that was typed: `44` or `#44`. */
export function runNumberIn(query: string): number | undefined {
  const number = /^#?([1-9]\d{0,14})$/.exec(query.trim())?.[1];
  return number === undefined ? undefined : Number(number);
}
