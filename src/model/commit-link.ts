import { percentDecode } from './address/percent-decode.ts';
import { parseRepositoryAddress } from './address/repository.ts';

/** Where code is reviewed. */
export const forges = ['github', 'gitlab'] as const;
export type Forge = (typeof forges)[number];

/** The commit that a submission is for, and the pull or merge request that it is reviewed in. */
export interface CommitLink {
  /** `undefined` where the address does not show it; then the channel with this host decides. */
  forge?: Forge | undefined;
  /** The origin of the forge's pages, such as `https://github.com`. */
  baseUrl: string;
  /** `owner/name`; on GitLab with all groups, and with the folder of an installation below a folder. */
  project: string;
  /** The whole id, in lower case. */
  sha: string;
  /** The number of the pull or merge request. */
  pullRequest?: number | undefined;
}

/** What an address says of a commit; the id is missing in that of a project or of a pull request. */
export type PartialCommitLink = Omit<CommitLink, 'sha'> & { sha?: string | undefined };

export const isCommitId = (text: string) => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);

/** Both forges allow letters, digits, `_`, `-` and `.` in the names of groups, owners and projects. */
const isPathSegment = (text: string) => /^(?!\.{1,2}$)[\w.-]{1,255}$/.test(text);

/** A project of GitLab may be in 20 groups, and an installation below a folder. */
const maxSegments = 25;
const maxNumber = 2 ** 31 - 1;

/**
 * Reads the address of a commit, of a pull or merge request, or of a project on GitHub or GitLab, also on a server of one's own and in
 * nested groups. `undefined` for any other address.
 */
export function parseCommitUrl(text: string): PartialCommitLink | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') return undefined;
  if (url.hostname === '' || url.username !== '' || url.password !== '') return undefined;
  const segments = url.pathname.split('/').filter((segment) => segment !== '');
  const { length, kind } = projectPart(segments);
  const [what, which, ...rest] = kind === undefined ? [] : segments.slice(kind);
  const project = projectOf(segments.slice(0, length));
  if (project === undefined) return undefined;
  const forge = forgeOf(url.hostname, { segments, kind, length });
  const common = { ...(forge && { forge }), baseUrl: url.origin, project };
  if (what === undefined) return common;
  if (what === 'commit' || what === 'tree') {
    const sha = which?.toLowerCase() ?? '';
    // A branch is no commit: it moves.
    return isCommitId(sha) ? { ...common, sha } : undefined;
  }
  const pullRequest = Number(which);
  if (!/^\d{1,10}$/.test(which ?? '') || pullRequest < 1 || pullRequest > maxNumber) return undefined;
  const sha = (what === 'pull' ? rest[1] : url.searchParams.get('commit_id'))?.toLowerCase();
  return { ...common, pullRequest, ...(sha !== undefined && isCommitId(sha) && { sha }) };
}

/** How many segments of a path name the project, and the place of the segment that says what the address shows. */
function projectPart(segments: readonly string[]): { length: number; kind: number | undefined } {
  // GitLab has `-` between the path of a project and what it shows of it. No group or project is called so.
  const dash = segments.indexOf('-');
  if (dash !== -1) return { length: dash, kind: isKind(segments[dash + 1]) ? dash + 1 : undefined };
  // GitLab had no `-` before 12.0, and still redirects from those addresses.
  const kind = segments.findIndex((segment, index) => index >= 2 && isKind(segment));
  return kind === -1 ? { length: segments.length, kind: undefined } : { length: kind, kind };
}

const isKind = (segment: string | undefined) =>
  segment === 'commit' || segment === 'tree' || segment === 'pull' || segment === 'merge_requests';

function projectOf(segments: readonly string[]): string | undefined {
  if (segments.length < 2 || segments.length > maxSegments) return undefined;
  const names = [...segments.slice(0, -1), (segments.at(-1) ?? '').replace(/\.git$/, '')];
  return names.every(isPathSegment) ? names.join('/') : undefined;
}

function forgeOf(
  hostname: string,
  { segments, kind, length }: { segments: readonly string[]; kind: number | undefined; length: number },
): Forge | undefined {
  const what = kind === undefined ? undefined : segments[kind];
  if (segments[length] === '-' || length > 2 || what === 'merge_requests') return 'gitlab';
  if (what === 'pull') return 'github';
  return forgeOfHost(hostname) ?? (what === undefined ? undefined : 'github');
}

/** The forge that the name of a host tells: `gitlab.example.com`, `github.com`, `acme.ghe.com`. */
function forgeOfHost(hostname: string): Forge | undefined {
  const labels = hostname.split('.');
  if (labels.includes('gitlab')) return 'gitlab';
  return labels.includes('github') || hostname.endsWith('.ghe.com') ? 'github' : undefined;
}

/**
 * Where the pages of a git repository are, by its address without credentials (see `parseRepositoryAddress`); `undefined` for a folder
 * and for an address that can be no project of a forge.
 */
export function projectOfRepository(address: string): Omit<PartialCommitLink, 'sha'> | undefined {
  if (/^https?:/.test(address)) {
    const link = parseCommitUrl(address);
    return link?.sha === undefined && link?.pullRequest === undefined ? link : undefined;
  }
  const scp = /^[^@/]+@([^:/]+):\/*([^:]+)$/.exec(address);
  const ssh = !scp && address.startsWith('ssh:') && URL.canParse(address) ? new URL(address) : undefined;
  const host = scp?.[1] ?? (ssh && percentDecode(ssh.hostname));
  const path = scp?.[2] ?? (ssh && percentDecode(ssh.pathname));
  if (!host || !path) return undefined;
  // GitHub, GitLab and Bitbucket take ssh at port 443 under these names.
  const web = `https://${host.replace(/^(?:ssh\.(?=github\.com$)|altssh\.(?=(?:gitlab\.com|bitbucket\.org)$))/, '')}`;
  const project = projectOf(path.split('/').filter((segment) => segment !== ''));
  if (project === undefined || !URL.canParse(web)) return undefined;
  const { origin, hostname } = new URL(web);
  const forge = project.split('/').length > 2 ? 'gitlab' : forgeOfHost(hostname);
  return { ...(forge && { forge }), baseUrl: origin, project };
}

/**
 * The commit that statuses of a submission are for: the one that it was submitted for, else that of the test module, whose repository has
 * this address. `undefined` when the module is on no forge, when no run has a commit yet, and when its runs have different ones.
 */
export function commitLinkOf(submission: {
  link: CommitLink | undefined;
  /** Of the runs that have one. */
  commits: readonly string[];
  moduleRepository: string | undefined;
}): CommitLink | undefined {
  const { link, commits, moduleRepository } = submission;
  if (link) return link;
  const [sha] = commits;
  if (sha === undefined || !isCommitId(sha) || commits.some((other) => other !== sha)) return undefined;
  const address = moduleRepository === undefined ? undefined : parseRepositoryAddress(moduleRepository);
  const project = address && projectOfRepository(address.url);
  return project && { ...project, sha };
}

/**
 * The path of the project of a link on the forge with these pages; `undefined` when it is on another host. The port is not compared,
 * because the address of a repository may have the one of ssh.
 */
export function projectOn(
  link: Pick<CommitLink, 'baseUrl' | 'project'>,
  baseUrl: string,
): string | undefined {
  const base = new URL(baseUrl);
  if (new URL(link.baseUrl).hostname !== base.hostname) return undefined;
  const folder = base.pathname.split('/').filter((segment) => segment !== '');
  const segments = link.project.split('/');
  const inFolder = folder.length > 0 && folder.every((segment, index) => segments[index] === segment);
  const project = inFolder ? segments.slice(folder.length) : segments;
  return project.length >= 2 ? project.join('/') : undefined;
}

/** The page of the commit, and that of its pull or merge request; `undefined` where the forge is not known. */
export function pagesOfCommit({ forge, baseUrl, project, sha, pullRequest }: CommitLink): {
  commit: string | undefined;
  pullRequest: string | undefined;
} {
  if (forge === undefined) return { commit: undefined, pullRequest: undefined };
  const page = `${baseUrl}/${project}${forge === 'gitlab' ? '/-' : ''}`;
  const reviews = forge === 'gitlab' ? 'merge_requests' : 'pull';
  return {
    commit: `${page}/commit/${sha}`,
    pullRequest: pullRequest === undefined ? undefined : `${page}/${reviews}/${pullRequest}`,
  };
}
