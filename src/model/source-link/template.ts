/** An address of a web view with placeholders, and the host whose repositories it is for; without one for every host that is not known. */
export interface SourceTemplate {
  host: string | undefined;
  template: string;
}

/** A place in a file: lines count from 1. */
export interface SourcePlace {
  path: string;
  line: number;
}

/** A place in a repository at a commit. */
export interface CommitPlace extends SourcePlace {
  /** The address of the repository for browsers. */
  repository: string;
  /** Its path on the host, such as `acme/tests`. */
  project: string;
  commit: string;
}

const maxTemplateLength = 1_000;
const ofCommit = ['repository', 'project', 'commit', 'path', 'line'] as const;
const ofTree = ['path', 'line'] as const;
const placeholder = /\{([^{}]*)\}/g;

const sample: CommitPlace = {
  repository: 'https://git.example.com/acme/tests',
  project: 'acme/tests',
  commit: '0'.repeat(40),
  path: 'Test/A.xml',
  line: 1,
};

/** Why a text is no template of the places of commits; `undefined` when it is one. */
export const templateProblem = (text: string) => problemOf(text, ofCommit);

/** Why a text is no template of the places of the tree of an image; `undefined` when it is one. */
export const treeTemplateProblem = (text: string) => problemOf(text, ofTree);

function problemOf(text: string, names: readonly string[]): string | undefined {
  if (text.length > maxTemplateLength) return `must have at most ${maxTemplateLength} characters`;
  const list = names.map((name) => `{${name}}`).join(', ');
  const used = Array.from(text.matchAll(placeholder), ([, name = '']) => name);
  if (used.some((name) => !names.includes(name)) || /[{}]/.test(text.replace(placeholder, '')))
    return `must have no other placeholders than ${list}`;
  if (!used.includes('path')) return 'must have the placeholder {path}';
  if (text.lastIndexOf('{repository}') > 0) return 'may have {repository} at its beginning only';
  // The host is a part of the template or of the repository, so that no name of a project or file becomes a part of it.
  if (!/^(?:\{repository\}(?:[/?#]|$)|https?:\/\/[^\s/?#@\\{}]+(?:[/?#]|$))/i.test(text))
    return 'must begin with https://, http:// or {repository}';
  if (/[\s\p{Cc}]/u.test(text) || fillTemplate(text, sample) === undefined) return 'must be an address';
  return undefined;
}

/** The address of a place; `undefined` when it would be none of the web. Names in it are percent-encoded. */
export function fillTemplate(template: string, place: SourcePlace | CommitPlace): string | undefined {
  if (place.path.split('/').some((segment) => /^\.{0,2}$/.test(segment))) return undefined;
  const values: Record<string, string> = {
    ...('repository' in place && {
      repository: place.repository,
      project: encodePath(place.project),
      commit: encodeURIComponent(place.commit),
    }),
    path: encodePath(place.path),
    line: String(place.line),
  };
  const text = template.replace(placeholder, (whole, name: string) => values[name] ?? whole);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) return undefined;
  if (url.username !== '' || url.password !== '') return undefined;
  return url.href;
}

export const encodePath = (path: string) => path.split('/').map(encodeURIComponent).join('/');
