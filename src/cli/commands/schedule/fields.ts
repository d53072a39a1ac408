import { Option } from 'commander';
import { missedRules, overlapRules } from '../../../model/schedule.ts';
import { collect, parseWhole } from '../../cli-context.ts';

/** The options of `add` and `edit`. */
export const fieldOptions = () => [
  new Option('--zone <zone>', 'time zone of the cron expression, such as Europe/Berlin'),
  new Option('-t, --test <name>', 'tests by name (repeatable)').argParser(collect),
  new Option('-g, --group <name>', 'all tests of a group (repeatable)').argParser(collect),
  new Option('-s, --suite <name>', 'all tests of a suite (repeatable)').argParser(collect),
  new Option('--all', 'all tests of the module'),
  new Option('-x, --exclude <name>', 'leave out a test, group or suite (repeatable)').argParser(collect),
  new Option('--priority <number>', 'higher starts earlier within its environment').argParser(parseWhole),
  new Option(
    '--overlap <rule>',
    'where an earlier run of it is not finished: make none, let it wait, or cancel the earlier one',
  ).choices(overlapRules),
  new Option('--missed <rule>', 'times that went by while nobody fired: nothing, or one run for all').choices(
    missedRules,
  ),
  new Option('--catch-up <minutes>', 'with --missed once: how long ago a missed time may be').argParser(
    parseWhole,
  ),
];

interface Options {
  zone?: string;
  test?: string[];
  group?: string[];
  suite?: string[];
  all?: boolean;
  exclude?: string[];
  priority?: number;
  overlap?: (typeof overlapRules)[number];
  missed?: (typeof missedRules)[number];
  catchUp?: number;
}

/** What was given of them, as the operations take it. The selection is one thing: named anew, it replaces the old one. */
export function readFields(options: Options) {
  const { zone, test, group, suite, all, exclude, priority, overlap, missed, catchUp } = options;
  const selects = [test, group, suite, all, exclude].some((each) => each !== undefined);
  return {
    zone,
    selection: selects
      ? {
          all: all === true,
          tests: test ?? [],
          groups: group ?? [],
          suites: suite ?? [],
          exclude: exclude ?? [],
        }
      : undefined,
    priority,
    overlap,
    missed,
    catchUpMinutes: catchUp,
  };
}
