import {
  type JsonAnswer,
  type JsonRequest,
  type JsonServer,
  Refusal,
  startJsonServer,
} from './json-server.ts';

/** What GitLab accepted, in order. */
export type GitlabEntry =
  | {
      kind: 'status';
      project: string;
      sha: string;
      context: string;
      state: string;
      description: string;
      pipeline: number;
    }
  | { kind: 'comment'; id: number; project: string; number: number; body: string; edited: boolean };

export interface GitlabNote {
  id: number;
  number: number;
  body: string;
  system: boolean;
  author: { id: number };
}

export interface GitlabStandIn extends JsonServer {
  token: string;
  accepted: GitlabEntry[];
  notes: GitlabNote[];
  /** The states of the commit that a reader sees: the newest of each name. */
  statuses(sha: string): Record<string, string>;
  addNotes(number: number, notes: { body: string; system?: boolean }[]): void;
  /** Another tool makes a newer pipeline of the commit. */
  addPipeline(sha: string): void;
}

interface Status {
  sha: string;
  name: string;
  state: string;
  pipeline: number;
}

interface GitlabState {
  project: string;
  shas: string[];
  mergeRequests: number[];
  token: string;
  accepted: GitlabEntry[];
  notes: GitlabNote[];
  statuses: Status[];
  pipelines: { id: number; sha: string }[];
  nextId(): number;
}

const userId = 31;
const unfinished = ['pending', 'running'];
const events: Record<string, string> = {
  pending: 'enqueue',
  running: 'run',
  success: 'success',
  failed: 'drop',
  canceled: 'cancel',
};

const refuse = (status: number, message: unknown) => new Refusal({ status, body: { message } });

/**
 * A stand-in of GitLab's REST API that checks what the real one does: the token, the project, the commit, the transitions of a status,
 * and the limits of texts and pages.
 */
export async function startGitlab({
  project,
  shas,
  mergeRequests,
  port,
}: {
  project: string;
  shas: string[];
  mergeRequests: number[];
  port?: number;
}): Promise<GitlabStandIn> {
  let last = 2_000;
  const state: GitlabState = {
    ...{ project, shas, mergeRequests, token: 'glpat-project', nextId: () => ++last },
    ...{ accepted: [], notes: [], statuses: [], pipelines: [] },
  };
  const server = await startJsonServer((request) => answerOf(state, request), { port });
  return Object.assign(server, {
    token: state.token,
    accepted: state.accepted,
    notes: state.notes,
    statuses: (sha: string) =>
      Object.fromEntries(
        state.statuses.filter((each) => each.sha === sha).map((each) => [each.name, each.state]),
      ),
    addNotes(number: number, notes: { body: string; system?: boolean }[]) {
      for (const { body, system = false } of notes)
        state.notes.push({ id: state.nextId(), number, body, system, author: { id: 90 } });
    },
    addPipeline: (sha: string) => void state.pipelines.push({ id: state.nextId(), sha }),
  });
}

function answerOf(state: GitlabState, request: JsonRequest): JsonAnswer {
  const { method, path, headers, body } = request;
  if (headers['private-token'] !== state.token) throw refuse(401, '401 Unauthorized');
  if (path === '/api/v4/user') return { status: 200, body: { id: userId, username: 'project_1_bot' } };
  const root = `/api/v4/projects/${encodeURIComponent(state.project)}`;
  if (path !== root && !path.startsWith(`${root}/`)) throw refuse(404, '404 Project Not Found');
  const rest = path.slice(root.length);
  if (rest === '') return { status: 200, body: { path_with_namespace: state.project } };
  const [, sha] = /^\/statuses\/(\w+)$/.exec(rest) ?? [];
  if (sha !== undefined && method === 'POST') return setStatus(state, sha, body);
  const [, number, id] = /^\/merge_requests\/(\d+)\/notes(?:\/(\d+))?$/.exec(rest) ?? [];
  if (number !== undefined) return noteAnswer(state, request, Number(number), id);
  throw refuse(404, '404 Not Found');
}

/** A status that is not finished is updated; after a finished one of the same name there is a new one. */
function setStatus(state: GitlabState, sha: string, body: JsonRequest['body']): JsonAnswer {
  const { state: value, name, description, target_url: url, pipeline_id: requested } = body;
  if (!state.shas.includes(sha)) throw refuse(404, '404 Commit Not Found');
  if (!(value in events)) throw refuse(400, { state: ['does not have a valid value'] });
  if ([...name].length > 255 || [...description].length > 255)
    throw refuse(400, { description: ['is too long (maximum is 255 characters)'] });
  if (url !== undefined && !/^https?:/.test(url))
    throw refuse(400, { target_url: ['is blocked: Only allowed schemes are http, https'] });
  const ofCommit = state.pipelines.filter((each) => each.sha === sha);
  const pipeline =
    requested === undefined ? ofCommit.at(-1)?.id : ofCommit.find(({ id }) => id === requested)?.id;
  if (requested !== undefined && pipeline === undefined) throw refuse(404, '404 Pipeline Not Found');
  const id = pipeline ?? state.nextId();
  if (pipeline === undefined) state.pipelines.push({ id, sha });
  const current = state.statuses.findLast((each) => each.name === name && each.pipeline === id);
  if (current && unfinished.includes(current.state)) {
    const allowed = current.state !== value && value !== 'pending';
    if (!allowed) {
      const event = events[value];
      throw refuse(
        400,
        `Cannot transition status via :${event} from :${current.state} (Reason(s): Status cannot transition via "${event}")`,
      );
    }
    current.state = value;
  } else {
    state.statuses.push({ sha, name, state: value, pipeline: id });
  }
  state.accepted.push({
    kind: 'status',
    project: state.project,
    sha,
    context: name,
    state: value,
    description,
    pipeline: id,
  });
  return { status: 201, body: { id: state.nextId(), status: value, name, pipeline_id: id } };
}

function noteAnswer(
  state: GitlabState,
  request: JsonRequest,
  number: number,
  id: string | undefined,
): JsonAnswer {
  const { method, body, query } = request;
  if (!state.mergeRequests.includes(number)) throw refuse(404, '404 Not found');
  const own = state.notes.filter((each) => each.number === number);
  if (method === 'GET') {
    const size = Math.min(Number(query.get('per_page') ?? 20), 100);
    const start = (Number(query.get('page') ?? 1) - 1) * size;
    const sorted = query.get('sort') === 'asc' ? own : own.toReversed();
    return { status: 200, body: sorted.slice(start, start + size) };
  }
  if (body.body.length > 1_000_000)
    throw refuse(400, { note: ['is too long (maximum is 1000000 characters)'] });
  const { project } = state;
  if (method === 'PUT') {
    const note = own.find((each) => each.id === Number(id));
    if (!note) throw refuse(404, '404 Note Not Found');
    if (note.author.id !== userId) throw refuse(403, '403 Forbidden');
    note.body = body.body;
    state.accepted.push({ kind: 'comment', id: note.id, project, number, body: body.body, edited: true });
    return { status: 200, body: note };
  }
  const note = { id: state.nextId(), number, body: body.body, system: false, author: { id: userId } };
  state.notes.push(note);
  state.accepted.push({ kind: 'comment', id: note.id, project, number, body: body.body, edited: false });
  return { status: 201, body: note };
}
