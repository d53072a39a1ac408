import type { Command } from 'commander';
import type { EnvironmentView } from '../../../operations/core/views.ts';
import { showEnvironment } from '../../../operations/environments/environments.ts';
import { type EnvironmentModulesView, showModules } from '../../../operations/environments/modules-view.ts';
import { listVariables } from '../../../operations/environments/variables.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { ago, clean, localTime } from '../../output/format.ts';
import { printFields } from '../../output/table.ts';
import type { Output } from '../../output/terminal.ts';
import { printVariables } from '../../output/variables.ts';

export function registerShow(env: Command, context: CliContext): void {
  env
    .command('show')
    .description('show an environment with its variables, or the global variables')
    .argument('[code]', 'environment; without it the global variables')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre env show preprod-us')
    .action(async (code: string | undefined, options) => {
      if (code === undefined) {
        const globals = await context.withCaller((caller) => caller.call(listVariables, {}));
        return print(context, options, globals, (output) => printVariables(output, globals.variables));
      }
      const [environment, modules, globals] = await context.withCaller(async (caller) => [
        await caller.call(showEnvironment, { code }),
        await caller.call(showModules, { code }),
        await caller.call(listVariables, {}),
      ]);
      print(context, options, { ...environment, modules }, (output) => {
        printFields(output, [
          ['Id', String(environment.id)],
          ['Code', environment.code],
          ['Name', clean(environment.name)],
          [
            'Address',
            `${clean(environment.baseUrl)}${environment.hasShopCredentials ? ', user and password stored' : ''}`,
          ],
          ['Admin panel', clean(environment.backendName)],
          [
            'Admin',
            `${clean(environment.adminUsername)}, ${environment.hasAdminPassword ? 'password stored' : 'no password'}`,
          ],
          ['Image', environment.image === null ? 'that of the settings' : clean(environment.image)],
          ['Replay', environment.replay ?? 'as in the settings'],
          ...(environment.modules.length === 0
            ? ([['Test module', 'that of the settings']] satisfies [string, string][])
            : environment.modules.map((module): [string, string] => ['Test module', moduleText(module)])),
          ['Slots', String(environment.slots)],
          ['Modules', modulesText(modules)],
          ['State', environment.paused === null ? 'active' : `paused: ${clean(environment.paused.reason)}`],
          ['Added', localTime(environment.createdAt)],
        ]);
        output.line();
        printDifferences(output, modules);
        printVariables(output, environment.variables, globals.variables.length);
      });
    });
}

function moduleText(module: EnvironmentView['modules'][number]): string {
  const { name, repository, branch, path, target, username, hasPassword } = module;
  const fields = Object.entries({ repository, branch, path, target, username }).flatMap(([field, value]) =>
    value === null ? [] : [`${field} ${clean(value)}`],
  );
  return [clean(name), ...fields, ...(hasPassword ? ['password stored'] : [])].join(', ');
}

/** Names of modules that a line has; `--json` has more. */
const maxNames = 10;

function modulesText({ allModules, enabled, refusal, sameAs }: EnvironmentModulesView): string {
  const lastList =
    enabled === null
      ? 'not known: the shop has not listed them yet'
      : `${enabled.count} enabled in the shop, listed ${ago(enabled.askedAt)}`;
  return [
    allModules ? `all (--all-modules); ${lastList}` : lastList,
    ...(refusal === null ? [] : [`${clean(refusal.message)}, ${ago(refusal.at)}`]),
    ...(sameAs.length === 0 ? [] : [`the same on ${sameAs.join(', ')}`]),
  ].join('; ');
}

/** A line for each other list of modules that has other names. */
function printDifferences(output: Output, { differences }: EnvironmentModulesView): void {
  for (const { environments, onlyHere, onlyThere } of differences) {
    const parts = [
      ['enabled only here', onlyHere] as const,
      ['enabled only there', onlyThere] as const,
    ].flatMap(([text, { count, names }]) => (count === 0 ? [] : [`${text}: ${listNames(names, count)}`]));
    const difference = parts.length === 0 ? 'the same modules in another order' : parts.join('; ');
    output.line(`Modules, compared with ${environments.join(', ')}: ${difference}.`);
  }
  if (differences.length > 0) output.line();
}

function listNames(names: readonly string[], count: number): string {
  const shown = names.slice(0, maxNames);
  const more = count - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
