import { z } from 'zod';
import type { ForgeChannel, StatusTarget } from '../../statuses/status-target.ts';
import { type StatusState, statusDescription, statusState } from '../../statuses/status-words.ts';
import type { ChannelKind, DeliveryOptions } from '../channel.ts';
import { type CommentStore, deliverComment } from '../forge-comment.ts';
import { addressOf, isOlder, newerIsShown, remoteOf } from '../forge-delivery.ts';
import { type ForgeApi, pageSize } from '../forge-request.ts';
import { deliverCheckRun } from './check-run.ts';
import { apiOfApp, apiUrlOf, openGithub, projectPath } from './github-api.ts';
import { type GithubSecrets, type GithubSettings, githubSecrets, githubSettings } from './github-settings.ts';

/** Limits of GitHub: characters of the description of a status, and of a comment; bytes are never fewer. */
const maxDescriptionLength = 140;
const maxCommentBytes = 65_536;

const states: Record<StatusState, string> = {
  queued: 'pending',
  running: 'pending',
  passed: 'success',
  failed: 'failure',
  broken: 'error',
  cancelled: 'error',
};

type Options = DeliveryOptions<GithubSettings, GithubSecrets>;

/** Statuses of commits, or check runs of an App, and a comment in the pull request. */
export const github: ChannelKind<GithubSettings, GithubSecrets> = {
  kind: 'github',
  title: 'GitHub (statuses and comments)',
  settings: githubSettings,
  secrets: githubSecrets,
  abilities: { edit: true, thread: false, recipients: false },
  markup: 'markdown',
  destination: apiUrlOf,
  testAnswer: 'The token is accepted. A test writes nothing there.',
  async deliver(delivery, options) {
    if (delivery.purpose === 'test') {
      await testAccess(options);
      return {};
    }
    const channel: ForgeChannel = { kind: 'github', ...options.settings };
    const { facts, target } = addressOf(delivery, channel);
    const remote = remoteOf(delivery);
    if (isOlder(facts, remote)) return { outdated: newerIsShown };
    if (delivery.purpose === 'comment') {
      const { api } = await openGithub(options, target.project, { pull_requests: 'write' });
      const comments = commentsOf(api, target, options);
      const id = await deliverComment(comments, { channel, delivery, facts, target, remote });
      return { remote: { submission: facts.submission.id, id } };
    }
    const { api, isApp } = await openGithub(options, target.project, { checks: 'write' });
    const submission = facts.submission.id;
    if (isApp) {
      const { annotations } = options.settings;
      return {
        remote: {
          submission,
          id: await deliverCheckRun(api, { target, facts, delivery, annotations, remote }),
        },
      };
    }
    const { url } = facts.submission;
    await api.call('POST', `${projectPath(target.project)}/statuses/${target.sha}`, {
      body: {
        state: states[statusState(facts)],
        ...(url !== null && { target_url: url }),
        description: statusDescription(facts, maxDescriptionLength),
        context: target.context,
      },
    });
    return { remote: { submission } };
  },
};

const comment = z.object({
  id: z.number(),
  body: z.string().nullish(),
  user: z.object({ id: z.number(), type: z.string().nullish() }).nullish(),
  performed_via_github_app: z.object({ id: z.number(), client_id: z.string().nullish() }).nullish(),
});
type Comment = z.output<typeof comment>;

/** The comments of the pull request of a commit. */
function commentsOf(api: ForgeApi, target: StatusTarget, options: Options): CommentStore<Comment> {
  const issues = `${projectPath(target.project)}/issues`;
  const collection = `${issues}/${target.pullRequest}/comments`;
  return {
    api,
    collection,
    pathOf: (id) => `${issues}/comments/${id}`,
    editMethod: 'PATCH',
    pagePath: (page) => `${collection}?per_page=${pageSize}&page=${page}`,
    readComments: (answer) => answer.read(z.array(comment)),
    ownership: () => ownershipOf(api, options),
    maxBytes: maxCommentBytes,
  };
}

/** Returns whether a comment is by matre, and not by others, who may have copied the marker. */
async function ownershipOf(
  api: ForgeApi,
  { settings, secrets }: Options,
): Promise<(comment: Comment) => boolean> {
  const { appId } = settings;
  if (secrets.privateKey !== undefined) {
    return ({ performed_via_github_app: app }) => String(app?.id) === appId || app?.client_id === appId;
  }
  // The token of Actions may not ask who it is. It writes as a bot, as no user can.
  if (secrets.token?.startsWith('ghs_')) return ({ user }) => user?.type === 'Bot';
  const { id } = (await api.call('GET', '/user')).read(z.object({ id: z.number() }));
  return ({ user }) => user?.id === id;
}

/** Asks GitHub who the token or the App is, and for each project that has a whole name. Throws a DeliveryFault. */
async function testAccess(options: Options): Promise<void> {
  const { comment: comments, projects } = options.settings;
  const named = projects.filter((project) => !/[*?]/.test(project));
  const permissions = { checks: 'write', ...(comments && { pull_requests: 'write' }) };
  for (const project of named) {
    const { api } = await openGithub(options, project, permissions);
    await api.call('GET', projectPath(project));
  }
  if (named.length > 0) return;
  if (options.secrets.token === undefined) {
    await apiOfApp(options).call('GET', '/app');
    return;
  }
  const { api } = await openGithub(options, '', permissions);
  // The token of Actions may not ask this, which proves that it is one.
  await api.call('GET', '/user', { expected: [403] });
}
