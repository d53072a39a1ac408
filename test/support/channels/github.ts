import { createPublicKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import {
  type JsonAnswer,
  type JsonRequest,
  type JsonServer,
  Refusal,
  startJsonServer,
} from './json-server.ts';

/** What GitHub accepted, in order. */
export type GithubEntry =
  | { kind: 'status'; project: string; sha: string; context: string; state: string; description: string }
  | { kind: 'comment'; id: number; project: string; number: number; body: string; edited: boolean }
  | {
      kind: 'check';
      id: number;
      project: string;
      sha: string;
      name: string;
      status: string;
      conclusion: string | null;
    };

export interface GithubStandIn extends JsonServer {
  /** A personal access token, with all rights. */
  token: string;
  /** The token of a workflow, which is that of an App. */
  actionsToken: string;
  userId: number;
  app: { id: string; privateKey: string };
  accepted: GithubEntry[];
  /** The states of the commit that a reader sees: the newest of each context. */
  statuses(sha: string): Record<string, string>;
  comments: GithubComment[];
  checks: GithubCheck[];
  /** Adds comments of others to a pull request. */
  addComments(number: number, bodies: string[]): void;
}

export interface GithubComment {
  id: number;
  number: number;
  body: string;
  user: { id: number; type: string };
  performed_via_github_app: { id: number } | null;
}

export interface GithubCheck {
  id: number;
  name: string;
  head_sha: string;
  status: string;
  conclusion: string | null;
  external_id: string | null;
  details_url: string | null;
  output: { title: string; summary: string; annotations_count: number };
  // biome-ignore lint/suspicious/noExplicitAny: as it was sent
  annotations: any[];
}

const refuse = (status: number, message: string, errors?: unknown[]) =>
  new Refusal({
    status,
    body: { message, ...(errors && { errors }), documentation_url: 'https://docs.github.com/rest' },
  });
const invalid = (field: string, message: string) =>
  refuse(422, 'Validation Failed', [{ resource: 'Resource', code: 'custom', field, message }]);

/** Of all Apps: a new one takes 0.2 s. */
let keys: { publicKey: KeyObject; privateKey: KeyObject } | undefined;

const installationId = 11;

/**
 * A stand-in of GitHub's REST API that checks what the real one does: the token and its rights, the signature and age of an App's token,
 * the commit, and the limits of texts, annotations, pages and statuses.
 */
export async function startGithub({
  project,
  shas,
  pulls,
  port,
}: {
  project: string;
  shas: string[];
  pulls: number[];
  port?: number;
}): Promise<GithubStandIn> {
  keys ??= generateKeyPairSync('rsa', { modulusLength: 2048 });
  const state: GithubState = {
    ...{ project, shas, pulls, token: 'ghp_personal', userId: 501, appId: 77 },
    publicKey: createPublicKey(keys.publicKey.export({ type: 'spki', format: 'pem' })),
    ...{ accepted: [], statuses: [], comments: [], checks: [], installationTokens: new Map() },
    nextId: (() => {
      let last = 1_000;
      return () => ++last;
    })(),
  };
  const actionsToken = 'ghs_workflow';
  state.installationTokens.set(actionsToken, { checks: 'write', pull_requests: 'write' });
  const server = await startJsonServer((request) => answerOf(state, request), { port });
  return Object.assign(server, {
    token: state.token,
    actionsToken,
    userId: state.userId,
    app: {
      id: String(state.appId),
      privateKey: keys.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    },
    accepted: state.accepted,
    statuses: (sha: string) =>
      Object.fromEntries(
        state.statuses.filter((each) => each.sha === sha).map((each) => [each.context, each.state]),
      ),
    comments: state.comments,
    checks: state.checks,
    addComments(number: number, bodies: string[]) {
      for (const body of bodies) {
        const user = { id: 900, type: 'User' };
        state.comments.push({ id: state.nextId(), number, body, user, performed_via_github_app: null });
      }
    },
  });
}

interface GithubState {
  project: string;
  shas: string[];
  pulls: number[];
  token: string;
  userId: number;
  appId: number;
  publicKey: KeyObject;
  accepted: GithubEntry[];
  statuses: { sha: string; context: string; state: string }[];
  comments: GithubComment[];
  checks: GithubCheck[];
  installationTokens: Map<string, Record<string, string>>;
  nextId(): number;
}

/** Who asks: a user, the App, or an installation of it with rights. */
type Caller =
  | { kind: 'user' }
  | { kind: 'app' }
  | { kind: 'installation'; permissions: Record<string, string> };

function callerOf(
  { token, appId, publicKey, installationTokens }: GithubState,
  { headers }: JsonRequest,
): Caller {
  if (!headers['user-agent']) throw refuse(403, 'Request forbidden by administrative rules.');
  if (headers.accept !== 'application/vnd.github+json') throw refuse(415, 'Unsupported media type');
  if (headers['x-github-api-version'] !== '2022-11-28') throw refuse(400, 'Not a supported version');
  const credential = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
  if (credential === token) return { kind: 'user' };
  const permissions = installationTokens.get(credential);
  if (permissions) return { kind: 'installation', permissions };
  const [header = '', claims = '', signature = ''] = credential.split('.');
  const signed = Buffer.from(`${header}.${claims}`);
  if (!verify('sha256', signed, publicKey, Buffer.from(signature, 'base64url')))
    throw refuse(401, 'Bad credentials');
  const parse = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
  const { iat, exp, iss } = parse(claims);
  const now = Date.now() / 1_000;
  if (parse(header).alg !== 'RS256' || iss !== String(appId))
    throw refuse(401, 'A JSON web token could not be decoded');
  if (iat > now)
    throw refuse(401, "'Issued at' claim ('iat') must be an Integer representing a time in the past");
  if (exp < now || exp > now + 600)
    throw refuse(401, "'Expiration time' claim ('exp') is too far in the future");
  return { kind: 'app' };
}

function needs(caller: Caller, permission: string): void {
  if (caller.kind === 'app') throw refuse(403, 'Resource not accessible by integration');
  if (caller.kind === 'installation' && caller.permissions[permission] !== 'write')
    throw refuse(403, 'Resource not accessible by integration');
}

function answerOf(state: GithubState, request: JsonRequest): JsonAnswer {
  const { method, path } = request;
  const caller = callerOf(state, request);
  if (path === '/user' && method === 'GET') {
    if (caller.kind !== 'user') throw refuse(403, 'Resource not accessible by integration');
    return { status: 200, body: { id: state.userId, login: 'bot' } };
  }
  if (path === '/app' && caller.kind === 'app') return { status: 200, body: { id: state.appId } };
  if (
    method === 'POST' &&
    path === `/app/installations/${installationId}/access_tokens` &&
    caller.kind === 'app'
  ) {
    const token = `ghs_${state.nextId()}`;
    const name = state.project.split('/')[1];
    if (request.body.repositories.join() !== name)
      throw refuse(422, 'There is at least one repository that does not exist');
    state.installationTokens.set(token, request.body.permissions);
    return { status: 201, body: { token, expires_at: new Date(Date.now() + 3_600_000).toISOString() } };
  }
  const root = `/repos/${state.project}`;
  if (path !== root && !path.startsWith(`${root}/`)) throw refuse(404, 'Not Found');
  const rest = path.slice(root.length);
  if (rest === '') return { status: 200, body: { full_name: state.project, permissions: { push: true } } };
  if (rest === '/installation' && caller.kind === 'app') return { status: 200, body: { id: installationId } };
  const status = /^\/statuses\/(\w+)$/.exec(rest);
  if (status && method === 'POST') return createStatus(state, caller, status[1] ?? '', request.body);
  const comments = /^\/issues\/(?:(\d+)|comments\/(\d+))(?:\/comments)?$/.exec(rest);
  if (comments) return commentAnswer(state, caller, request, { number: comments[1], id: comments[2] });
  const check = /^\/(?:check-runs(?:\/(\d+))?|commits\/(\w+)\/check-runs)$/.exec(rest);
  if (check) return checkAnswer(state, caller, request, { id: check[1], sha: check[2] });
  throw refuse(404, 'Not Found');
}

function createStatus(
  state: GithubState,
  caller: Caller,
  sha: string,
  body: JsonRequest['body'],
): JsonAnswer {
  needs(caller, 'statuses');
  const { state: value, context, description, target_url: url } = body;
  if (!state.shas.includes(sha)) throw refuse(422, `No commit found for SHA: ${sha}`);
  if (!['error', 'failure', 'pending', 'success'].includes(value))
    throw invalid('state', 'is not included in the list');
  if ([...description].length > 140)
    throw invalid('description', 'description is too long (maximum is 140 characters)');
  if ([...context].length > 255) throw invalid('context', 'context is too long (maximum is 255 characters)');
  if (url !== undefined && !/^https?:/.test(url))
    throw invalid('target_url', 'target_url must use http(s) scheme');
  if (state.statuses.filter((each) => each.sha === sha && each.context === context).length >= 1_000)
    throw refuse(422, 'Validation Failed', [
      'This SHA and context has reached the maximum number of statuses.',
    ]);
  state.statuses.push({ sha, context, state: value });
  state.accepted.push({ kind: 'status', project: state.project, sha, context, state: value, description });
  return { status: 201, body: { id: state.nextId(), state: value, context } };
}

function page<Entry>({ query }: JsonRequest, entries: Entry[]): Entry[] {
  const size = Math.min(Number(query.get('per_page') ?? 30), 100);
  const start = (Number(query.get('page') ?? 1) - 1) * size;
  return entries.slice(start, start + size);
}

function commentAnswer(
  state: GithubState,
  caller: Caller,
  request: JsonRequest,
  { number, id }: { number: string | undefined; id: string | undefined },
): JsonAnswer {
  needs(caller, 'pull_requests');
  const { method, body } = request;
  const checkBody = () => {
    if (body.body.length > 65_536) throw invalid('body', 'body is too long (maximum is 65536 characters)');
  };
  if (id !== undefined) {
    const comment = state.comments.find((each) => each.id === Number(id));
    if (!comment || method !== 'PATCH') throw refuse(404, 'Not Found');
    checkBody();
    comment.body = body.body;
    const { project } = state;
    state.accepted.push({
      kind: 'comment',
      id: comment.id,
      project,
      number: comment.number,
      body: body.body,
      edited: true,
    });
    return { status: 200, body: comment };
  }
  const pull = Number(number);
  if (!state.pulls.includes(pull)) throw refuse(404, 'Not Found');
  if (method === 'GET')
    return {
      status: 200,
      body: page(
        request,
        state.comments.filter((each) => each.number === pull),
      ),
    };
  checkBody();
  const byApp = caller.kind === 'installation';
  const comment: GithubComment = {
    ...{ id: state.nextId(), number: pull, body: body.body },
    user: byApp ? { id: 502, type: 'Bot' } : { id: state.userId, type: 'User' },
    performed_via_github_app: byApp ? { id: state.appId } : null,
  };
  state.comments.push(comment);
  state.accepted.push({
    kind: 'comment',
    id: comment.id,
    project: state.project,
    number: pull,
    body: body.body,
    edited: false,
  });
  return { status: 201, body: comment };
}

function checkAnswer(
  state: GithubState,
  caller: Caller,
  request: JsonRequest,
  { id, sha }: { id: string | undefined; sha: string | undefined },
): JsonAnswer {
  if (caller.kind === 'user') throw refuse(403, 'You must authenticate via a GitHub App.');
  needs(caller, 'checks');
  const { method, body, query } = request;
  if (sha !== undefined) {
    const own = state.checks.filter((each) => each.head_sha === sha && each.name === query.get('check_name'));
    return { status: 200, body: { total_count: own.length, check_runs: page(request, own.toReversed()) } };
  }
  const existing = state.checks.find((each) => each.id === Number(id));
  if (id !== undefined && !existing) throw refuse(404, 'Not Found');
  if (existing && method === 'GET') return { status: 200, body: existing };
  checkOutput(body.output);
  if (!existing && !state.shas.includes(body.head_sha))
    throw refuse(422, `No commit found for SHA: ${body.head_sha}`);
  if ([...body.name].length > 255) throw invalid('name', 'name is too long');
  if ((body.status === 'completed') !== (body.conclusion !== undefined))
    throw invalid('conclusion', 'is missing');
  const check: GithubCheck = existing ?? {
    ...{ id: state.nextId(), head_sha: body.head_sha, conclusion: null, annotations: [] },
    ...{ name: body.name, status: 'queued', external_id: null, details_url: null },
    output: { title: '', summary: '', annotations_count: 0 },
  };
  if (!existing) state.checks.push(check);
  const { annotations, ...output } = body.output;
  check.annotations.push(...annotations);
  Object.assign(check, {
    ...{ status: body.status, conclusion: body.conclusion ?? null, external_id: body.external_id },
    ...{
      details_url: body.details_url ?? null,
      output: { ...output, annotations_count: check.annotations.length },
    },
  });
  const { head_sha, name, status, conclusion } = check;
  state.accepted.push({
    kind: 'check',
    id: check.id,
    project: state.project,
    sha: head_sha,
    name,
    status,
    conclusion,
  });
  return { status: existing ? 200 : 201, body: check };
}

function checkOutput({ title, summary, annotations }: JsonRequest['body']): void {
  if (!title) throw invalid('title', 'title is missing');
  if (Buffer.byteLength(summary) > 65_535)
    throw invalid('summary', 'summary exceeds a maximum bytesize of 65535');
  if (annotations.length > 50)
    throw refuse(422, 'Invalid request.\n\nNo more than 50 items are allowed; more were supplied.');
  for (const each of annotations) {
    if (!each.path || each.path.startsWith('/') || each.start_line < 1 || each.end_line < each.start_line)
      throw invalid('annotations', 'has a wrong place');
    if (!['notice', 'warning', 'failure'].includes(each.annotation_level))
      throw invalid('annotations', 'level');
    if (!each.message || Buffer.byteLength(each.message) > 65_536) throw invalid('annotations', 'message');
    if ([...each.title].length > 255) throw invalid('annotations', 'title');
  }
}
