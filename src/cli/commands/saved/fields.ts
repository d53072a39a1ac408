import { Option } from 'commander';
import { collect, parseWhole } from '../../cli-context.ts';
import { type GivenRunOptions, readRef, readRunOptions, refOptions, runOptions } from '../../run-options.ts';
import { readSelection, type SelectionOptions, selectionOptions } from '../../selection-options.ts';

/** The options of `add` and `edit`. */
export const fieldOptions = () => [
  new Option('--description <text>', 'what it is for'),
  new Option('-e, --env <code>', 'environment (repeatable); without any, each run names its own').argParser(
    collect,
  ),
  ...selectionOptions(),
  ...runOptions(),
  ...refOptions({ negatable: true }),
  new Option('--priority <number>', 'higher starts earlier within its environment').argParser(parseWhole),
];

interface Options extends SelectionOptions, GivenRunOptions {
  description?: string;
  env?: string[];
  priority?: number;
  ref?: string | false;
}

/** The fields of the options, as the operations take them. */
export function readFields(options: Options) {
  const { description, env: environments, priority } = options;
  const selection = readSelection(options);
  return {
    description,
    environments,
    selection,
    priority,
    options: readRunOptions(options),
    ref: readRef(options),
  };
}
