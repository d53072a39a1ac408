import { z } from 'zod';
import { branchName, imageName, moduleTarget } from '../../config/module-parsers.ts';
import { parseRepositoryAddress } from '../../model/address/repository.ts';
import {
  maxModulePasswordLength,
  maxModulesOfEnvironment,
  maxNameLength,
  maxRepositoryLength,
} from '../../model/limits.ts';
import { targetProblem } from '../../modules/environment-sources.ts';
import { exactLine, line } from '../core/fields.ts';

/** The image of an environment. */
export const image = exactLine(maxRepositoryLength)
  .pipe(imageName)
  .describe('The image of its containers instead of that of the settings; for the sandbox a folder');

const repository = exactLine(maxRepositoryLength)
  .refine(
    (text) => parseRepositoryAddress(text) !== undefined,
    'must be a git address: https://, ssh://, user@host:path, file:// or an absolute path',
  )
  .refine((text) => {
    const { username, password } = parseRepositoryAddress(text) ?? {};
    return username === undefined && password === undefined;
  }, 'must have no user and password; name them in username and password');

const module = z
  .strictObject({
    name: line(maxNameLength).regex(/^[A-Za-z0-9][\w.-]*$/, 'must be letters, digits and . _ -'),
    repository: repository.optional().describe('By default that of the settings'),
    branch: exactLine(maxNameLength).pipe(branchName).optional().describe('By default that of the settings'),
    path: exactLine(maxRepositoryLength)
      .regex(/^\//, 'must be an absolute path')
      .optional()
      .describe('A folder on the hosts of workers, instead of a repository'),
    target: exactLine(maxNameLength)
      .pipe(moduleTarget)
      .optional()
      .describe('By default that of the settings'),
    username: line(maxNameLength).optional().describe('Of an https repository'),
    password: exactLine(maxModulePasswordLength)
      .min(1, 'must not be empty')
      .optional()
      .describe('Password or token; without it the stored one stays, as long as the repository is the same'),
  })
  .refine(({ repository, path }) => repository === undefined || path === undefined, {
    error: 'repository and path exclude each other',
  });

/** The test modules of an environment. */
export const modules = z
  .array(module)
  .max(maxModulesOfEnvironment)
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'must have different names')
  .describe(
    'Its test modules in order, each with what differs from the settings; empty: that of the settings',
  );

/** Why the modules cannot be installed beside each other; `undefined` when they can. */
export function moduleProblem(
  all: readonly { target?: string | undefined }[],
  defaultTarget: string,
): string | undefined {
  return targetProblem(all.map(({ target }) => target ?? defaultTarget));
}
