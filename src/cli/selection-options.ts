import { Option } from 'commander';
import type { Selection } from '../model/selection.ts';
import { collect } from './cli-context.ts';

/** The options that name tests. */
export const selectionOptions = () => [
  new Option('-t, --test <name>', 'tests by name (repeatable)').argParser(collect),
  new Option('-g, --group <name>', 'all tests of a group (repeatable; \\, is a comma in its name)').argParser(
    collect,
  ),
  new Option('-s, --suite <name>', 'all tests of a suite (repeatable)').argParser(collect),
  new Option('--all', 'all tests of the module'),
  new Option('-x, --exclude <name>', 'exclude a test, group or suite (repeatable)').argParser(collect),
];

export interface SelectionOptions {
  test?: string[];
  group?: string[];
  suite?: string[];
  all?: boolean;
  exclude?: string[];
}

/** The selection of the options; `undefined` when none of them is set. */
export function readSelection(options: SelectionOptions): Selection | undefined {
  const { test, group, suite, all, exclude } = options;
  if ([test, group, suite, all, exclude].every((each) => each === undefined)) return undefined;
  return {
    all: all === true,
    tests: test ?? [],
    groups: group ?? [],
    suites: suite ?? [],
    exclude: exclude ?? [],
  };
}
