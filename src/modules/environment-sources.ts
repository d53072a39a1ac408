import type { Config, ModuleSource } from '../config/config.ts';
import { Fault } from '../faults/fault.ts';
import { parseRepositoryAddress } from '../model/address/repository.ts';
import type { EnvironmentModule } from '../model/module-source.ts';
import type { GitSource } from './git.ts';

/** A test module of an environment. */
export interface SourcedModule {
  name: string;
  /** The folder in the container, below the root of Magento. */
  target: string;
  source: ModuleSource;
}

/** What is tested on an environment: an image, and at least one test module, in order. */
export interface EnvironmentSources {
  image: string;
  modules: [SourcedModule, ...SourcedModule[]];
  /** The folders of modules of its own, in order; empty when it has those of the settings. */
  ownTargets: string[];
}

/** A module with its decrypted password. */
export type StoredModule = Omit<EnvironmentModule, 'hasPassword'> & { password?: string | undefined };

/** The name of the module of the settings. */
const defaultName = 'module';

/**
 * The image and the modules of an environment; what it does not have is that of the settings. Errors: CONFIG_INVALID without a source,
 * or when one target contains another.
 */
export function resolveSources(
  config: Pick<Config, 'module' | 'pool'>,
  environment: { image?: string | undefined; modules: readonly StoredModule[] },
): EnvironmentSources {
  const image = environment.image ?? config.pool.image;
  const [first, ...rest] = environment.modules.map((module) => ({
    name: module.name,
    target: module.target ?? config.module.target,
    source: sourceOf(module, config.module.source),
  }));
  if (first === undefined) {
    const module = {
      name: defaultName,
      target: config.module.target,
      source: ofSettings(config.module.source),
    };
    return { image, modules: [module], ownTargets: [] };
  }
  const modules: EnvironmentSources['modules'] = [first, ...rest];
  const ownTargets = modules.map(({ target }) => target);
  const problem = targetProblem(ownTargets);
  if (problem !== undefined) throw new Fault('CONFIG_INVALID', problem);
  return { image, modules, ownTargets };
}

/** Why modules cannot be installed in these folders; `undefined` when they can. */
export function targetProblem(targets: readonly string[]): string | undefined {
  for (const [index, target] of targets.entries()) {
    const other = targets.find(
      (each, at) => at !== index && `${target}/`.startsWith(`${each}/`) && (each !== target || at < index),
    );
    if (other === target) return `Two test modules have the target ${target}.`;
    if (other !== undefined)
      return `The target ${target} is within the target ${other} of another test module.`;
  }
  return undefined;
}

/** The address of a git repository without credentials; `undefined` for a folder. */
export function addressOf(source: ModuleSource): string | undefined {
  return source.kind === 'git' ? parseRepositoryAddress(source.repository)?.url : undefined;
}

/**
 * The source of a pinned repository: that of a module with the same address, else the repository itself with the credentials of the
 * settings, because the modules of an environment may have changed since a run was pinned. Errors: CONFIG_INVALID.
 */
export function sourceOfAddress(
  config: Pick<Config, 'module'>,
  modules: readonly SourcedModule[],
  address: string,
): ModuleSource {
  const current = modules.find(({ source }) => addressOf(source) === address);
  return current?.source ?? sourceOf({ name: '', repository: address }, config.module.source);
}

function ofSettings(source: ModuleSource | undefined): ModuleSource {
  if (source) return source;
  throw new Fault('CONFIG_INVALID', 'Neither MATRE_MODULE_REPOSITORY nor MATRE_MODULE_PATH is set.');
}

function sourceOf(module: StoredModule, settings: ModuleSource | undefined): ModuleSource {
  const { repository, branch, path, username, password } = module;
  if (path !== undefined) return { kind: 'folder', path };
  const own = username !== undefined || password !== undefined ? { username, password } : undefined;
  if (repository === undefined) {
    const source = ofSettings(settings);
    if (source.kind === 'folder') return source;
    return { ...source, branch: branch ?? source.branch, ...own };
  }
  const defaults = settings?.kind === 'git' ? settings : undefined;
  return {
    kind: 'git',
    repository,
    branch: branch ?? defaults?.branch ?? 'main',
    sshKey: defaults?.sshKey,
    sshKnownHosts: defaults?.sshKnownHosts,
    ...(own ?? credentialsOf(defaults, repository)),
  };
}

/** Those of the settings, for a repository on the same server: no other one must get them. */
function credentialsOf(
  settings: GitSource | undefined,
  repository: string,
): { username: string | undefined; password: string | undefined } {
  const none = { username: undefined, password: undefined };
  const own = settings && parseRepositoryAddress(settings.repository);
  const other = parseRepositoryAddress(repository);
  const isHttp = other?.protocol === 'https' || other?.protocol === 'http';
  if (!own || !other || !isHttp || new URL(own.url).origin !== new URL(other.url).origin) return none;
  return { username: settings.username ?? own.username, password: settings.password ?? own.password };
}
