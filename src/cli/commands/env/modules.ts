import { readFile } from 'node:fs/promises';
import { Option } from 'commander';
import { Fault } from '../../../faults/fault.ts';

const fieldNames = ['name', 'repository', 'branch', 'path', 'target', 'username', 'password-file'] as const;
type FieldName = (typeof fieldNames)[number];

/** The options for the test modules of an environment. Passwords are in files: other users of the machine can read arguments. */
export const moduleOptions = (adding: boolean) => [
  new Option(
    '--module <fields>',
    'test module (repeatable, in order): name=NAME, with any of repository=, branch=, path=, target=, username=, password-file=',
  ).argParser((text: string, earlier: ModuleFields[] = []) => [...earlier, parseModule(text)]),
  ...(adding ? [] : [new Option('--no-module', 'use the test module of the settings')]),
];

type ModuleFields = { name: string } & Partial<Record<Exclude<FieldName, 'name'>, string>>;

export interface ModuleOptions {
  module?: ModuleFields[] | false;
}

/** The test modules of the options; none for --no-module. Errors: INPUT_INVALID. */
export async function readModules({ module }: ModuleOptions) {
  if (module === undefined) return undefined;
  if (module === false) return [];
  return Promise.all(
    module.map(async ({ 'password-file': file, ...fields }) => ({
      ...fields,
      ...(file !== undefined && { password: await readPassword(file) }),
    })),
  );
}

/** Parses `name=checkout,repository=https://git.example.com/checkout.git,branch=main`. Throws INPUT_INVALID. */
function parseModule(text: string): ModuleFields {
  const fields: Partial<Record<FieldName, string>> = {};
  // Addresses and paths may have commas.
  const names = fieldNames.join('|');
  for (const part of text.split(new RegExp(`,(?=(?:${names})=)`))) {
    const at = part.indexOf('=');
    const name = fieldNames.find((each) => each === part.slice(0, Math.max(at, 0)));
    if (name === undefined) {
      throw new Fault(
        'INPUT_INVALID',
        `--module ${JSON.stringify(part)}: name one of ${fieldNames.join(', ')}.`,
      );
    }
    fields[name] = part.slice(at + 1);
  }
  const { name } = fields;
  if (!name) throw new Fault('INPUT_INVALID', `--module ${JSON.stringify(text)} has no name=.`);
  return { ...fields, name };
}

async function readPassword(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    throw new Fault('INPUT_INVALID', `${file} cannot be read: ${(error as Error).message}.`);
  }
}
