import { describeSelection, type Selection } from '../../model/selection.ts';

/** Names of each list that a summary shows. */
const shownNames = 3;

/** SQL of the first names of each list of a selection, and of the total number of names. */
export const shortSelection = (() => {
  const lists = ['tests', 'groups', 'suites', 'exclude'];
  const first = lists.map(
    (list) => `'${list}', jsonb_path_query_array(selection, '$.${list}[0 to ${shownNames - 1}]')`,
  );
  const lengths = lists.map((list) => `jsonb_array_length(selection -> '${list}')`);
  return `jsonb_build_object('all', selection -> 'all', ${first.join(', ')}) AS beginning, ${lengths.join(' + ')} AS names`;
})();

/** The selection of a run in a few words, from the columns of `shortSelection`. */
export function summaryOf({ beginning, names }: ShortSelection): string {
  const selection = beginning as Selection;
  const shown = [selection.tests, selection.groups, selection.suites, selection.exclude].flat().length;
  const rest = Number(names) - shown;
  return `${describeSelection(selection)}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** The columns that `shortSelection` adds to a row. */
export interface ShortSelection {
  beginning: unknown;
  names: number;
}
