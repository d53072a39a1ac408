import { Option } from 'commander';
import { missedRules, overlapRules } from '../../../model/schedule.ts';
import { parseWhole } from '../../cli-context.ts';
import { type GivenRunOptions, readRef, readRunOptions, refOptions, runOptions } from '../../run-options.ts';
import { readSelection, type SelectionOptions, selectionOptions } from '../../selection-options.ts';

/** The options of `add` and `edit`. */
export const fieldOptions = () => [
  new Option('--zone <zone>', 'time zone of the cron expression, such as Europe/Berlin'),
  new Option('--saved <name>', 'a saved selection, whose tests and changes the schedule follows'),
  ...selectionOptions(),
  ...runOptions(),
  ...refOptions({ negatable: true }),
  new Option('--priority <number>', 'higher starts earlier within its environment').argParser(parseWhole),
  new Option(
    '--overlap <rule>',
    'if an earlier run of it is unfinished: skip this one, queue it, or replace the earlier one',
  ).choices(overlapRules),
  new Option('--missed <rule>', 'times without a running scheduler: skip them, or fire once for all').choices(
    missedRules,
  ),
  new Option('--catch-up <minutes>', 'with --missed once: maximum age of a missed time').argParser(
    parseWhole,
  ),
];

interface Options extends SelectionOptions, GivenRunOptions {
  zone?: string;
  saved?: string;
  priority?: number;
  ref?: string | false;
  overlap?: (typeof overlapRules)[number];
  missed?: (typeof missedRules)[number];
  catchUp?: number;
}

/** The fields of the options, as the operations take them. */
export function readFields(options: Options) {
  const { zone, saved, priority, overlap, missed, catchUp } = options;
  return {
    zone,
    saved,
    selection: readSelection(options),
    priority,
    options: readRunOptions(options),
    ref: readRef(options),
    overlap,
    missed,
    catchUpMinutes: catchUp,
  };
}
