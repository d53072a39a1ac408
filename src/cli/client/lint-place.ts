import { resolve } from 'node:path';
import { Fault } from '../../faults/fault.ts';
import { exists } from '../../files/exists.ts';
import type { LintFolders } from '../../model/lint.ts';
import { showLintTree } from '../../operations/lint/lint.ts';
import type { CliContext } from '../cli-context.ts';

/** The flags of commands on the definitions of test modules. */
export interface LintPlaceOptions {
  tree?: string;
  target?: string;
  env?: string;
  ref?: string;
}

/** What a command is about: the test modules that a server has, or a folder of this machine with a Magento tree. */
export type LintPlace =
  | { server: { environment?: string | undefined; ref?: string | undefined } }
  | { folders: LintFolders };

/**
 * Finds what a command is about. The tree of a folder is that of --tree, the one above the folder, or that of the image of an environment or
 * of the settings, which the server has. Errors: INPUT_INVALID, and those of the server.
 */
export async function findLintPlace(
  context: CliContext,
  path: string | undefined,
  { tree, target, env, ref }: LintPlaceOptions,
): Promise<LintPlace> {
  if (path === undefined && tree === undefined) return { server: { environment: env, ref } };
  if (ref !== undefined) {
    throw new Fault('INPUT_INVALID', '--ref is about the sources of an environment, and a folder was named.');
  }
  if (env !== undefined && tree !== undefined) {
    throw new Fault('INPUT_INVALID', '--tree and --env both name a Magento tree.');
  }
  const folder = resolve(path ?? '.');
  if (!(await exists(folder))) throw new Fault('NOT_FOUND', `The folder ${folder} does not exist.`);
  const { magentoAbove } = await import('../../app/lint-folder.ts');
  const root = tree ?? (env === undefined ? magentoAbove(folder) : undefined);
  return {
    folders: {
      folder,
      tree: root === undefined ? await treeOfServer(context, folder, env) : resolve(root),
      target: target ?? (await context.config()).module.target,
    },
  };
}

async function treeOfServer(
  context: CliContext,
  folder: string,
  environment: string | undefined,
): Promise<Uint8Array> {
  try {
    const { facts } = await context.withCaller((caller) => caller.call(showLintTree, { environment }));
    return Buffer.from(facts, 'base64');
  } catch (error) {
    if (environment !== undefined) throw error;
    throw new Fault(
      'INPUT_INVALID',
      `${folder} is not in a Magento tree, and no server has one (${error instanceof Error ? error.message : error}). Name one with --tree, because references lead to its data and sections.`,
      { cause: error },
    );
  }
}
