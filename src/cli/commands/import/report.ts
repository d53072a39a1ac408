import type { ImportReport } from '../../../app/import.ts';
import { hideCredentials } from '../../../model/address/dsn.ts';
import { clean, plural } from '../../output/format.ts';
import { printTable } from '../../output/table.ts';
import type { Output } from '../../output/terminal.ts';

type Item = ImportReport['items'][number];

const actions: Readonly<Record<Item['action'], string>> = {
  add: 'add',
  change: 'change',
  same: 'same',
  kept: 'kept here',
  refused: 'refused',
};

/** What became what, what has no place, the history, and the settings. */
export function printReport(output: Output, report: ImportReport): void {
  const { paint } = output;
  const { items, leftovers, history, settings, mode } = report;
  const colours = {
    add: paint.green,
    change: paint.yellow,
    same: paint.dim,
    kept: paint.yellow,
    refused: paint.red,
  };
  const shown = mode === 'check' ? items.filter(({ action }) => action !== 'same') : items;
  if (shown.length > 0) {
    printTable<Item>(
      output,
      [
        { heading: 'What', text: ({ kind }) => kind },
        { heading: 'There', text: ({ there }) => there, truncate: 'middle' },
        { heading: 'Here', text: ({ here }) => here, truncate: 'middle' },
        {
          heading: mode === 'apply' ? 'Done' : 'Then',
          text: ({ action }) => actions[action],
          colour: (text, { action }) => colours[action](text),
        },
        { heading: 'Remarks', text: remarksOf },
      ],
      shown,
    );
  }
  if (leftovers.length > 0) {
    output.line(paint.bold('\nNo place here'));
    printTable(
      output,
      [
        { heading: 'What', text: ({ kind }) => kind },
        { heading: 'There', text: ({ name }) => name, truncate: 'middle' },
        { heading: 'Why', text: ({ reason }) => reason },
      ],
      leftovers,
    );
  }
  printHistory(output, report);
  if (settings.length > 0) {
    output.line(paint.bold('\nSettings of its .env, for matre.env (--settings FILE writes them)'));
    for (const { name, value, secret, from, note } of settings) {
      const origin = paint.dim(note === undefined ? `(${from})` : `(${from}: ${note})`);
      output.line(`  ${name}=${secret ? '(secret)' : clean(hideCredentials(value))}  ${origin}`);
    }
  }
  output.line(`\n${summaryOf(report)}`);
  if (mode === 'apply' && history.some(({ added }) => added > 0)) {
    output.line('The history is compared by the next `matre up`, or by one that runs already.');
  }
}

function remarksOf({ action, changes, kept, notes }: Item): string {
  const fields = (list: Item['changes']) => list.map(({ field }) => field).join(', ');
  const changed = action === 'change' ? `changed: ${fields(changes)}` : '';
  const differs = kept.length > 0 ? `differs: ${fields(kept)}` : '';
  return [changed, differs, ...notes].filter((text) => text !== '').join('; ');
}

function printHistory(output: Output, { history, mode }: ImportReport): void {
  if (history.length === 0) return;
  output.line(output.paint.bold('\nHistory'));
  printTable(
    output,
    [
      { heading: 'Environment', text: ({ environment }) => environment },
      { heading: 'Runs', text: ({ runs }) => String(runs) },
      { heading: 'Results', text: ({ results }) => String(results) },
      { heading: mode === 'apply' ? 'Added' : 'Missing here', text: ({ added }) => String(added) },
      { heading: 'Differ', text: ({ differing }) => String(differing) },
      { heading: 'Files', text: ({ files }) => String(files) },
    ],
    history,
  );
}

function summaryOf({ mode, items, differences }: ImportReport): string {
  const count = (action: Item['action']) => items.filter((item) => item.action === action).length;
  if (mode === 'check')
    return differences === 0 ? 'Nothing differs.' : `${plural(differences, 'difference')}.`;
  const [added, changed, same] = [count('add'), count('change'), count('same')];
  const [kept, refused] = [count('kept'), count('refused')];
  return mode === 'dry-run'
    ? `Dry run, nothing was changed: ${added} would be added, ${changed} changed, ${kept} kept as they are here, ${refused} refused; ${same} are the same.`
    : `Imported: ${added} added, ${changed} changed, ${same} the same, ${kept} kept as they are here, ${refused} refused.`;
}
