import { z } from 'zod';
import type { SubmissionFacts } from '../../../model/message-facts.ts';
import { commentBody } from '../../statuses/comment-body.ts';
import { commentThread, type StatusTarget } from '../../statuses/status-target.ts';
import { type StatusState, statusDescription, statusState } from '../../statuses/status-words.ts';
import { type ChannelKind, type Delivery, DeliveryFault, type DeliveryOptions } from '../channel.ts';
import { addressOf, isOlder, remoteOf } from '../forge-delivery.ts';
import {
  createForgeApi,
  type ForgeAnswer,
  type ForgeApi,
  type ForgeRemote,
  findInPages,
  pageSize,
  retryAfterMs,
} from '../forge-request.ts';
import { type GitlabSecrets, type GitlabSettings, gitlabSecrets, gitlabSettings } from './gitlab-settings.ts';

/** Limits of GitLab: characters of the description of a status, and of a note. */
const maxDescriptionLength = 255;
/** A note may have 1,000,000; a page of notes has 50, and is read as a whole. */
const maxNoteBytes = 250_000;
/** GitLab asks to wait for a minute when it does not say how long. */
const usualWaitMs = 60_000;
/** While another request changes the pipeline of the commit. */
const conflictWaitMs = 2_000;

const states: Record<StatusState, string> = {
  queued: 'pending',
  running: 'running',
  passed: 'success',
  failed: 'failed',
  broken: 'failed',
  cancelled: 'canceled',
};

type Options = DeliveryOptions<GitlabSettings, GitlabSecrets>;

/** The address of the API of a GitLab with these pages. */
const apiUrlOf = ({ baseUrl, apiUrl }: GitlabSettings) => apiUrl ?? `${baseUrl}/api/v4`;

/** Statuses of commits, and a note in the merge request. */
export const gitlab: ChannelKind<GitlabSettings, GitlabSecrets> = {
  kind: 'gitlab',
  title: 'GitLab (statuses and comments)',
  settings: gitlabSettings,
  secrets: gitlabSecrets,
  abilities: { edit: true, thread: false, recipients: false },
  markup: 'markdown',
  destination: apiUrlOf,
  async deliver(delivery, options) {
    const api = openGitlab(options);
    if (delivery.purpose === 'test') {
      await testAccess(api, options.settings);
      return {};
    }
    const { facts, target } = addressOf(delivery, { kind: 'gitlab', ...options.settings });
    const remote = remoteOf(delivery);
    if (isOlder(facts, remote)) return delivery.thread === undefined ? {} : { remote: delivery.thread };
    const submission = facts.submission.id;
    if (delivery.purpose === 'comment') {
      return {
        remote: { submission, id: await deliverNote(api, { options, delivery, facts, target, remote }) },
      };
    }
    const pipeline = await deliverStatus(api, { facts, target, pipeline: remote?.pipeline });
    return { remote: { submission, ...(pipeline !== undefined && { pipeline }) } };
  },
};

/** The path of a project in the API: its whole path as one part. */
const projectPath = (project: string) => `/projects/${encodeURIComponent(project)}`;

function openGitlab({ settings, secrets, http, signal }: Options): ForgeApi {
  return createForgeApi({
    title: 'GitLab',
    apiUrl: apiUrlOf(settings),
    headers: { accept: 'application/json', 'private-token': secrets.token, 'user-agent': 'matre' },
    secrets: [secrets.token],
    http,
    signal,
    faultOf,
  });
}

/**
 * Sets the status of a commit; returns its pipeline. Later ones name that pipeline: without it GitLab takes the newest of the commit, so
 * that the one with the first status would run for ever when another tool has made a newer one.
 */
async function deliverStatus(
  api: ForgeApi,
  { facts, target, pipeline }: { facts: SubmissionFacts; target: StatusTarget; pipeline: number | undefined },
): Promise<number | undefined> {
  const { url } = facts.submission;
  const state = states[statusState(facts)];
  const body = {
    state,
    name: target.context,
    description: statusDescription(facts, maxDescriptionLength),
    ...(url !== null && { target_url: url }),
  };
  const path = `${projectPath(target.project)}/statuses/${target.sha}`;
  const expected = [400, 404];
  let answer = await api.call('POST', path, {
    body: { ...body, ...(pipeline !== undefined && { pipeline_id: pipeline }) },
    expected,
  });
  // The pipeline was removed.
  if (answer.status === 404 && pipeline !== undefined)
    answer = await api.call('POST', path, { body, expected });
  if (answer.status < 300) return answer.read(z.object({ pipeline_id: z.number().optional() })).pipeline_id;
  // `Cannot transition status via :run from :running`: it has the state already.
  if (answer.status === 400 && messageOf(answer).includes(`from :${state}`)) return pipeline;
  throw faultOf(answer, `${answer.status} ${messageOf(answer)}`);
}

const note = z.object({
  id: z.number(),
  body: z.string(),
  system: z.boolean().default(false),
  author: z.object({ id: z.number() }),
});

/** Edits the note of submissions with this name in the merge request, or creates it; see `deliverComment` of GitHub. Returns its number. */
async function deliverNote(
  api: ForgeApi,
  input: {
    options: Options;
    delivery: Delivery;
    facts: SubmissionFacts;
    target: StatusTarget;
    remote: ForgeRemote | undefined;
  },
): Promise<number> {
  const { options, delivery, facts, target, remote } = input;
  const marker = `<!-- matre ${commentThread({ kind: 'gitlab', ...options.settings }, target)} -->`;
  const body = commentBody(
    { headline: delivery.content.headline, facts },
    { maxBytes: maxNoteBytes, start: `${marker}\n` },
  );
  const notes = `${projectPath(target.project)}/merge_requests/${target.pullRequest}/notes`;
  const edit = async (id: number) =>
    (await api.call('PUT', `${notes}/${id}`, { body: { body }, expected: [404] })).status !== 404;
  if (remote?.id !== undefined && (await edit(remote.id))) return remote.id;
  const own = (await api.call('GET', '/user')).read(z.object({ id: z.number() }));
  const query = `sort=asc&order_by=created_at&per_page=${pageSize}`;
  const earlier = await findInPages(
    async (page) => (await api.call('GET', `${notes}?${query}&page=${page}`)).read(z.array(note)),
    (each) => !each.system && each.author.id === own.id && each.body.startsWith(marker),
  );
  if (earlier && (await edit(earlier.id))) return earlier.id;
  const created = await api.call('POST', notes, { body: { body } });
  return created.read(z.object({ id: z.number() })).id;
}

/** Asks GitLab who the token is, and for each project that has a whole path. Throws a DeliveryFault. */
async function testAccess(api: ForgeApi, { projects }: GitlabSettings): Promise<void> {
  await api.call('GET', '/user');
  for (const project of projects) {
    if (!/[*?]/.test(project)) await api.call('GET', projectPath(project));
  }
}

const messageOf = ({ json }: ForgeAnswer) =>
  JSON.stringify(z.object({ message: z.unknown() }).safeParse(json).data?.message ?? '');

function faultOf(answer: ForgeAnswer, reason: string): DeliveryFault {
  const { status } = answer;
  const wait = retryAfterMs(answer, Date.now());
  const busy = (message: string, ms: number) =>
    new DeliveryFault('CHANNEL_BUSY', message, { permanent: false, retryAfterMs: wait ?? ms });
  const refuse = (code: ConstructorParameters<typeof DeliveryFault>[0], message: string) =>
    new DeliveryFault(code, message, { permanent: true });
  if (status === 429) return busy(`GitLab asks to wait: ${reason}`, usualWaitMs);
  if (status === 409)
    return busy(`Another request changes the pipeline of the commit: ${reason}`, conflictWaitMs);
  if (status === 401) return refuse('CHANNEL_SIGN_IN_REFUSED', `GitLab refuses the token: ${reason}`);
  if (status === 403) {
    return refuse(
      'CHANNEL_SIGN_IN_REFUSED',
      `The token lacks a right (docs/statuses.md lists them): ${reason}`,
    );
  }
  // A fault of this message alone: the next one may be for another commit.
  if (status === 404 && /commit/i.test(reason))
    return refuse('MESSAGE_REFUSED', `The commit is not in the project: ${reason}`);
  if (status === 404) {
    return refuse(
      'CHANNEL_TARGET_UNKNOWN',
      `GitLab does not find it, or the token may not see it: ${reason}`,
    );
  }
  return refuse('MESSAGE_REFUSED', `GitLab refuses: ${reason}`);
}
