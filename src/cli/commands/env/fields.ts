import { Option } from 'commander';
import { type ReplayMode, replayModes } from '../../../model/replay.ts';
import type { Terminal } from '../../output/terminal.ts';
import { type ModuleOptions, moduleOptions, readModules } from './modules.ts';
import { type PasswordOptions, passwordOptions, readPassword } from './password.ts';

/** The options of `add` and `edit`. `add` requires the address and the admin user. */
export const fieldOptions = (command: 'add' | 'edit') => {
  const adding = command === 'add';
  return [
    new Option(
      '--base-url <url>',
      'address of the shop, also https://user:password@host/',
    ).makeOptionMandatory(adding),
    new Option('--admin-username <name>', 'user of the admin panel').makeOptionMandatory(adding),
    new Option('--name <name>', adding ? 'display name; the code by default' : 'display name'),
    new Option('--backend-name <path>', 'path of the admin panel').default(adding ? 'admin' : undefined),
    new Option('--slots <number>', `number of containers per run${adding ? '; 1 by default' : ''}`),
    new Option(
      '--all-modules',
      'read the tests of all modules, not only of those that are enabled in the shop',
    ),
    new Option('--no-all-modules', `read those of enabled modules only${adding ? ' (default)' : ''}`),
    new Option('--image <name>', 'image of its containers; by default that of the settings'),
    ...(adding ? [] : [new Option('--no-image', 'use the image of the settings')]),
    new Option(
      '--replay <mode>',
      'which tests have their browsers recorded; by default as in the settings',
    ).choices(replayModes),
    ...(adding ? [] : [new Option('--no-replay', 'use the mode of the settings')]),
    ...moduleOptions(adding),
    ...passwordOptions(),
  ];
};

interface Options extends PasswordOptions, ModuleOptions {
  baseUrl?: string;
  adminUsername?: string;
  name?: string;
  backendName?: string;
  slots?: string;
  allModules?: boolean;
  image?: string | false;
  replay?: ReplayMode | false;
}

/** The fields of the options, as the operations take them. Errors: as of `readPassword`. */
export async function readFields(terminal: Terminal, options: Options) {
  const { baseUrl, adminUsername, name, backendName, slots, allModules } = options;
  const image = options.image === false ? null : options.image;
  const replay = options.replay === false ? null : options.replay;
  const modules = await readModules(options);
  const adminPassword = await readPassword(terminal, options);
  return {
    name,
    baseUrl,
    backendName,
    adminUsername,
    adminPassword,
    slots,
    allModules,
    image,
    replay,
    modules,
  };
}
