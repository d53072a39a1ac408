import {
  type Selection,
  type SelectionLengths,
  selectionLists,
  shownNames,
  summariseSelection,
} from '../../model/selection.ts';

/** SQL of the first names of each list of a selection, and of the number of names in each. */
export const shortSelection = (() => {
  const first = selectionLists.map(
    (list) => `'${list}', jsonb_path_query_array(selection, '$.${list}[0 to ${shownNames - 1}]')`,
  );
  // A selection has no optional list that is empty.
  const lengths = selectionLists.map(
    (list) => `'${list}', coalesce(jsonb_array_length(selection -> '${list}'), 0)`,
  );
  const switches = `'all', selection -> 'all', 'excludeSkipped', coalesce(selection -> 'excludeSkipped', 'false'), 'playwright', selection -> 'playwright'`;
  return `jsonb_build_object(${switches}, ${first.join(', ')}) AS beginning, jsonb_build_object(${lengths.join(', ')}) AS lengths`;
})();

/** The selection of a run in a few words, from the columns of `shortSelection`. */
export function summaryOf({ beginning, lengths }: ShortSelection): string {
  return summariseSelection(beginning as Selection, lengths as SelectionLengths);
}

/** The columns that `shortSelection` adds to a row. */
export interface ShortSelection {
  beginning: unknown;
  lengths: unknown;
}
