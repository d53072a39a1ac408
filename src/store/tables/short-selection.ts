import {
  type Selection,
  type SelectionLengths,
  shownNames,
  summariseSelection,
} from '../../model/selection.ts';

/** SQL of the first names of each list of a selection, and of the number of names in each. */
export const shortSelection = (() => {
  const lists = ['tests', 'groups', 'suites', 'exclude'];
  const first = lists.map(
    (list) => `'${list}', jsonb_path_query_array(selection, '$.${list}[0 to ${shownNames - 1}]')`,
  );
  const lengths = lists.map((list) => `'${list}', jsonb_array_length(selection -> '${list}')`);
  return `jsonb_build_object('all', selection -> 'all', ${first.join(', ')}) AS beginning, jsonb_build_object(${lengths.join(', ')}) AS lengths`;
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
