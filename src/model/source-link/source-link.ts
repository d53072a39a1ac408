import { parseRepositoryAddress } from '../address/repository.ts';
import { isCommitId, projectOfRepository } from '../commit-link.ts';
import { encodePath, fillTemplate, type SourcePlace, type SourceTemplate } from './template.ts';

/** The forms of the addresses of web views. */
export interface SourceLinkSettings {
  /** Of repositories; one for their host precedes what is known of hosts, and one without a host is for all others. */
  templates: readonly SourceTemplate[];
  /** Of what the image has; without it, there are no links to it. */
  treeTemplate: string | undefined;
}

/** A test module that is installed in a tree at a commit, such as a `PinnedModule`. */
export interface LinkedModule {
  /** Its git address; `undefined` for a folder. */
  repository?: string | undefined;
  /** The folder below the root of Magento. */
  target: string;
  /** The id of the commit. */
  id: string;
}

/** Where a place of a tree comes from. */
export interface SourceOfPlace {
  /** The test module with the file; `undefined` for what the image has. */
  module: { commit: string; path: string } | undefined;
  /** The address of the line in the web view of the repository, where it is known. */
  url: string | undefined;
}

/**
 * Where a file of a tree comes from. `place.path` is below the root of Magento, and modules hide what the image has in their folders.
 */
export function sourceOf(
  place: SourcePlace,
  modules: readonly LinkedModule[],
  settings: SourceLinkSettings,
): SourceOfPlace {
  const inModule = moduleOf(place.path, modules);
  if (inModule === undefined) {
    const { treeTemplate } = settings;
    return { module: undefined, url: treeTemplate && fillTemplate(treeTemplate, place) };
  }
  const { path, module } = inModule;
  const { repository, id: commit } = module;
  const inRepository = repository === undefined ? undefined : { repository, commit, path, line: place.line };
  return {
    module: { commit, path },
    url: inRepository && repositoryLink(inRepository, settings.templates),
  };
}

/** The test module that a file of a tree is in, and its path there; `undefined` for a file of the image. */
export function moduleOf<Module extends Pick<LinkedModule, 'target'>>(
  file: string,
  modules: readonly Module[],
): { module: Module; path: string } | undefined {
  const module = modules.find(({ target }) => file.startsWith(`${target}/`));
  return module && { module, path: file.slice(module.target.length + 1) };
}

/**
 * The address of a line in the web view of a repository, by its git address; never with credentials. `undefined` for a folder, and where
 * neither the host nor a template tells the form of addresses.
 */
export function repositoryLink(
  { repository, commit, path, line }: SourcePlace & { repository: string; commit: string },
  templates: readonly SourceTemplate[],
): string | undefined {
  const address = parseRepositoryAddress(repository);
  const web = address && projectOfRepository(address.url);
  if (web === undefined || !isCommitId(commit)) return undefined;
  const { baseUrl, project } = web;
  const { hostname } = new URL(baseUrl);
  const templateOf = (name: string | undefined) => templates.find(({ host }) => host === name)?.template;
  const template = templateOf(hostname) ?? knownTemplate(web) ?? templateOf(undefined);
  const place = { repository: `${baseUrl}/${encodePath(project)}`, project, commit, path, line };
  return template === undefined ? undefined : fillTemplate(template, place);
}

const gitea = '{repository}/src/commit/{commit}/{path}#L{line}';
/** By a label of the name of a host: `gitlab.com`, `gitlab.example.com`. */
const templatesByLabel: Readonly<Record<string, string>> = {
  github: '{repository}/blob/{commit}/{path}#L{line}',
  gitlab: '{repository}/-/blob/{commit}/{path}#L{line}',
  gitea,
  forgejo: gitea,
  codeberg: gitea,
};

/** The form of addresses on a host whose name tells it; `undefined` for other ones. */
function knownTemplate({ baseUrl, project }: { baseUrl: string; project: string }): string | undefined {
  const { hostname } = new URL(baseUrl);
  if (hostname === 'bitbucket.org') return '{repository}/src/{commit}/{path}#lines-{line}';
  const labels = hostname.endsWith('.ghe.com') ? ['github'] : hostname.split('.');
  if (labels.includes('bitbucket')) return ofBitbucketServer(baseUrl, project);
  const label = labels.find((each) => Object.hasOwn(templatesByLabel, each));
  return label === undefined ? undefined : templatesByLabel[label];
}

/** Bitbucket on a server of one's own has repositories at `/scm/KEY/name` over https and `/KEY/name` over ssh, and pages elsewhere. */
function ofBitbucketServer(baseUrl: string, project: string): string | undefined {
  const [, folder = '', key, name] = /^(?:(.+\/)?scm\/)?([^/]+)\/([^/]+)$/.exec(project) ?? [];
  if (key === undefined || name === undefined) return undefined;
  return `${baseUrl}/${folder}projects/${key}/repos/${name}/browse/{path}?at={commit}#{line}`;
}
