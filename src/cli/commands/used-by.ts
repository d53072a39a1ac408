import type { Command } from 'commander';
import { type DefinedName, definedKindNames, type NameUses } from '../../model/lint-use.ts';
import { showUses, unknownName } from '../../operations/lint/lint.ts';
import { type CliContext, jsonOption, print } from '../cli-context.ts';
import { findLintPlace, type LintPlaceOptions } from '../client/lint-place.ts';
import { clean, plural } from '../output/format.ts';
import type { Output } from '../output/terminal.ts';

/** Lines that are printed without --all. */
const usualLines = 40;

const helpFooter = `
Shows where a name is defined, every place that uses it, and the tests that reach one of these places, directly or through
action groups, data and pages. A use through an argument of an action group is marked with "perhaps".

Names:
  OpenCartActionGroup          an action group, data, a section, a page or a test
  CartSection.title            an element of a section; also Data.field and Page.url
  _ENV.MAGENTO_BASE_URL        a variable
  _CREDS.acme/api_key          a credential

Without a path, the test modules of an environment (or of the settings) at their newest commits are searched.

Examples:
  matre used-by OpenCartActionGroup -e preprod-us
  matre used-by CartSection.title app/code/Acme/Shop
  matre used-by _ENV.ADMIN_PATH --tree ../magento --json`;

export function registerUsedBy(command: Command, context: CliContext): void {
  command
    .argument('<name>', 'a name, Name.member, _ENV.NAME or _CREDS.vendor/NAME')
    .argument('[path]', 'the folder of a test module, or a Magento root')
    .option('--tree <folder>', 'the root of a Magento with the other modules')
    .option(
      '--target <folder>',
      'the place of a folder outside of the tree (default: that of MATRE_MODULE_TARGET)',
    )
    .option('-e, --env <code>', 'with the image and the test modules of an environment')
    .option('--ref <ref>', 'at a branch, tag or commit of the first test module')
    .option('--all', `print all uses and tests, not only the first ${usualLines}`)
    .addOption(jsonOption())
    .addHelpText('after', helpFooter)
    .action(async (name: string, path: string | undefined, options) => {
      const uses = await findUses(context, name, path, options);
      const max = options.all ? Number.MAX_SAFE_INTEGER : usualLines;
      print(context, options, uses, (output) => printUses(output, uses, max));
    });
}

async function findUses(
  context: CliContext,
  name: string,
  path: string | undefined,
  options: LintPlaceOptions,
): Promise<NameUses> {
  const place = await findLintPlace(context, path, options);
  if ('server' in place) {
    return context.withCaller((caller) => caller.call(showUses, { name, ...place.server }));
  }
  const { usesInFolder } = await import('../../app/lint-folder.ts');
  const uses = await usesInFolder({ ...place.folders, name });
  if (uses === undefined) throw unknownName(name);
  return uses;
}

function printUses(output: Output, { definitions, uses, more, tests }: NameUses, max: number): void {
  for (const definition of definitions)
    output.line(`Defined: ${placeOf(definition)} ${describe(definition)}`);
  for (const use of uses.slice(0, max)) {
    output.line(`${placeOf(use)} ${describe(use)}${use.possible ? ' (perhaps)' : ''}`);
  }
  printMore(output, uses.length - max);
  if (more > 0) output.line(`and ${more} more, which are too many for an answer`);
  output.line();
  output.line(
    `${plural(uses.length + more, 'use')} in ${plural(tests.length, 'test')}${tests.length > 0 ? ':' : '.'}`,
  );
  for (const test of tests.slice(0, max)) output.line(`  ${clean(test)}`);
  printMore(output, tests.length - max);
}

function printMore(output: Output, more: number): void {
  if (more > 0) output.line(`and ${more} more (--all)`);
}

const placeOf = ({ path, line }: DefinedName) => `${clean(path)}:${line}`;

const describe = ({ kind, name }: DefinedName) => `${definedKindNames[kind]} ${clean(name)}`;
