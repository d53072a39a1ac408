import { z } from 'zod';
import type { SubmissionFacts } from '../../../model/message-facts.ts';
import type { ForgeChannel, StatusTarget } from '../../statuses/status-target.ts';
import { type StatusState, statusDescription, statusState } from '../../statuses/status-words.ts';
import { type ChannelKind, DeliveryFault, type DeliveryOptions } from '../channel.ts';
import { type CommentStore, deliverComment } from '../forge-comment.ts';
import { addressOf, isOlder, newerIsShown, remoteOf } from '../forge-delivery.ts';
import {
  createForgeApi,
  type ForgeAnswer,
  type ForgeApi,
  pageSize,
  refusalOfForge,
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
  testAnswer: 'The token is accepted. A test writes nothing there.',
  async deliver(delivery, options) {
    const api = openGitlab(options);
    if (delivery.purpose === 'test') {
      await testAccess(api, options.settings);
      return {};
    }
    const channel: ForgeChannel = { kind: 'gitlab', ...options.settings };
    const { facts, target } = addressOf(delivery, channel);
    const remote = remoteOf(delivery);
    if (isOlder(facts, remote)) return { outdated: newerIsShown };
    const submission = facts.submission.id;
    if (delivery.purpose === 'comment') {
      const id = await deliverComment(notesOf(api, target), { channel, delivery, facts, target, remote });
      return { remote: { submission, id } };
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
 * that the one with the first status would never end when another tool has made a newer one.
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

/** The notes of the merge request of a commit. */
function notesOf(api: ForgeApi, target: StatusTarget): CommentStore<z.output<typeof note>> {
  const collection = `${projectPath(target.project)}/merge_requests/${target.pullRequest}/notes`;
  return {
    api,
    collection,
    pathOf: (id) => `${collection}/${id}`,
    editMethod: 'PUT',
    pagePath: (page) => `${collection}?sort=asc&order_by=created_at&per_page=${pageSize}&page=${page}`,
    readComments: (answer) => answer.read(z.array(note)),
    async ownership() {
      const own = (await api.call('GET', '/user')).read(z.object({ id: z.number() }));
      return ({ system, author }) => !system && author.id === own.id;
    },
    maxBytes: maxNoteBytes,
  };
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
  if (status === 429) return busy(`GitLab asks to wait: ${reason}`, usualWaitMs);
  if (status === 409)
    return busy(`Another request changes the pipeline of the commit: ${reason}`, conflictWaitMs);
  const refuse = (message: string) =>
    new DeliveryFault('MESSAGE_REFUSED', `${message}: ${reason}`, { permanent: true });
  // A fault of this message alone: the next one may be for another commit.
  if (status === 404 && /commit/i.test(reason)) return refuse('The commit is not in the project');
  return refusalOfForge('GitLab', status, reason) ?? refuse('GitLab refuses');
}
