import { z } from 'zod';
import type { EnvironmentModule } from '../../model/module-source.ts';

/** A test module in the column `module_sources`; its password is encrypted. */
const storedModule = z.object({
  name: z.string(),
  repository: z.string().optional(),
  branch: z.string().optional(),
  path: z.string().optional(),
  target: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
});
type StoredModule = z.output<typeof storedModule>;

/** The modules of a column; none when it is null. */
export function toStoredModules(column: unknown): StoredModule[] {
  return column === null || column === undefined ? [] : z.array(storedModule).parse(column);
}

/**
 * The JSON of a column; null for no modules. A module without a password keeps the one of the module of its name, while it has the same
 * repository, to which it was given.
 */
export function toModuleColumn(
  modules: readonly (Omit<EnvironmentModule, 'hasPassword'> & { password?: string | undefined })[],
  current: readonly StoredModule[],
  encrypt: (password: string, name: string) => string,
): string | null {
  if (modules.length === 0) return null;
  const stored = modules.map(({ password, ...module }): StoredModule => {
    const before = current.find(
      ({ name, repository }) => name === module.name && repository === module.repository,
    );
    return {
      ...module,
      password: password === undefined ? before?.password : encrypt(password, module.name),
    };
  });
  return JSON.stringify(stored);
}
