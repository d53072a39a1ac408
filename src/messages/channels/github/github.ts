import { z } from 'zod';
import type { SubmissionFacts } from '../../../model/message-facts.ts';
import { commentBody } from '../../statuses/comment-body.ts';
import { commentThread, type StatusTarget } from '../../statuses/status-target.ts';
import { type StatusState, statusDescription, statusState } from '../../statuses/status-words.ts';
import type { ChannelKind, Delivery, DeliveryOptions } from '../channel.ts';
import { addressOf, isOlder, remoteOf } from '../forge-delivery.ts';
import { type ForgeApi, type ForgeRemote, findInPages, pageSize } from '../forge-request.ts';
import { deliverCheckRun } from './check-run.ts';
import { apiOfApp, apiUrlOf, type GithubAccess, openGithub, projectPath } from './github-api.ts';
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
  async deliver(delivery, options) {
    if (delivery.purpose === 'test') {
      await testAccess(options);
      return {};
    }
    const { facts, target } = addressOf(delivery, { kind: 'github', ...options.settings });
    const remote = remoteOf(delivery);
    if (isOlder(facts, remote)) return delivery.thread === undefined ? {} : { remote: delivery.thread };
    if (delivery.purpose === 'comment') {
      const access = await openGithub(options, target.project, { pull_requests: 'write' });
      const id = await deliverComment(access, { options, delivery, facts, target, remote });
      return { remote: { submission: facts.submission.id, id } };
    }
    const { api, isApp } = await openGithub(options, target.project, { checks: 'write' });
    const submission = facts.submission.id;
    if (isApp) {
      const placesOf = options.settings.annotations ? options.placesOf : undefined;
      return {
        remote: {
          submission,
          id: await deliverCheckRun(api, { target, facts, delivery, placesOf, remote }),
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

/**
 * Edits the comment of submissions with this name in the pull request, or creates it. It is found again by its hidden marker, when its
 * number was not stored, or when someone removed it. Returns its number.
 */
async function deliverComment(
  { api }: GithubAccess,
  input: {
    options: Options;
    delivery: Delivery;
    facts: SubmissionFacts;
    target: StatusTarget;
    remote: ForgeRemote | undefined;
  },
): Promise<number> {
  const { options, delivery, facts, target, remote } = input;
  const marker = `<!-- matre ${commentThread({ kind: 'github', ...options.settings }, target)} -->`;
  const body = commentBody(
    { headline: delivery.content.headline, facts },
    { maxBytes: maxCommentBytes, start: `${marker}\n` },
  );
  const issues = `${projectPath(target.project)}/issues`;
  const edit = async (id: number) =>
    (await api.call('PATCH', `${issues}/comments/${id}`, { body: { body }, expected: [404] })).status !== 404;
  if (remote?.id !== undefined && (await edit(remote.id))) return remote.id;
  const list = `${issues}/${target.pullRequest}/comments`;
  const isOwn = await ownershipOf(api, options);
  const earlier = await findInPages(
    async (page) =>
      (await api.call('GET', `${list}?per_page=${pageSize}&page=${page}`)).read(z.array(comment)),
    (each) => (each.body?.startsWith(marker) ?? false) && isOwn(each),
  );
  if (earlier && (await edit(earlier.id))) return earlier.id;
  const created = await api.call('POST', list, { body: { body } });
  return created.read(z.object({ id: z.number() })).id;
}

/** Tells own comments from those of others, who may have copied the marker. */
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
