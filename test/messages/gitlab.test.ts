import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Delivery } from '../../src/messages/channels/channel.ts';
import { gitlab as gitlabKind } from '../../src/messages/channels/gitlab/gitlab.ts';
import { deliverTo, newDelivery } from '../support/channels/deliver.ts';
import { type GitlabStandIn, startGitlab } from '../support/channels/gitlab.ts';
import { sampleSha, submissionFacts } from '../support/submission-facts.ts';

const project = 'acme/qa/shop';
const context = 'matre/smoke on preprod-us';
let gitlab: GitlabStandIn;
beforeEach(async () => {
  gitlab = await startGitlab({ project, shas: [sampleSha], mergeRequests: [7] });
});
afterEach(() => gitlab.close());

type Facts = NonNullable<Parameters<typeof submissionFacts>[0]>;
const facts = ({ submission, ...changes }: Facts = {}) =>
  submissionFacts({
    ...changes,
    submission: {
      commitLink: { forge: 'gitlab', baseUrl: gitlab.origin, project, sha: sampleSha, pullRequest: 7 },
      ...submission,
    },
  });
const deliver = (delivery: Delivery, channel: { settings?: object; secrets?: object } = {}) =>
  deliverTo(
    gitlabKind,
    {
      settings: { baseUrl: gitlab.origin, projects: ['acme/*'], ...channel.settings },
      secrets: channel.secrets ?? { token: gitlab.token },
    },
    delivery,
  );
const started = { phase: 'started', submission: { verdict: null } } as const;
const running = { phase: 'running', submission: { verdict: null } } as const;

describe('a status on GitLab', () => {
  it('is pending, running, then the verdict', async () => {
    let thread = await deliver(newDelivery(facts(started)));
    thread = await deliver(newDelivery(facts(running), { thread }));
    await deliver(newDelivery(facts(), { thread }));
    expect(gitlab.accepted).toMatchObject([
      { sha: sampleSha, context, state: 'pending' },
      { context, state: 'running' },
      { context, state: 'failed', description: '1 new failure, 12 known (run 471, 1 h 12 min)' },
    ]);
  });

  it.each([
    ['passed', 'success'],
    ['failed', 'failed'],
    ['broken', 'failed'],
    ['cancelled', 'canceled'],
  ] as const)('of a submission that %s is %s', async (verdict, state) => {
    await deliver(newDelivery(facts({ submission: { verdict } })));
    expect(gitlab.statuses(sampleSha)).toEqual({ [context]: state });
  });

  it('may be sent twice in each state', async () => {
    for (const changes of [started, running, {}]) {
      const delivery = newDelivery(facts(changes));
      await deliver(delivery);
      await deliver({ ...delivery, repeat: true });
    }
    expect(gitlab.statuses(sampleSha)).toEqual({ [context]: 'failed' });
  });

  it('stays in its pipeline when another tool has made a newer one', async () => {
    const thread = await deliver(newDelivery(facts(started)));
    gitlab.addPipeline(sampleSha);
    await deliver(newDelivery(facts(), { thread }));
    expect(new Set(gitlab.accepted.map((entry) => entry.kind === 'status' && entry.pipeline)).size).toBe(1);
  });

  it('goes to another pipeline when its own was removed', async () => {
    await deliver(newDelivery(facts(), { thread: { submission: 57, pipeline: 1 } }));
    expect(gitlab.statuses(sampleSha)).toEqual({ [context]: 'failed' });
  });

  it('of an older submission never replaces that of a newer one', async () => {
    const thread = await deliver(newDelivery(facts({ ...started, submission: { id: 58, verdict: null } })));
    expect(await deliver(newDelivery(facts(), { thread }))).toBeUndefined();
    expect(gitlab.statuses(sampleSha)).toEqual({ [context]: 'pending' });
  });

  it('is tried again soon while another request changes the pipeline', async () => {
    gitlab.answerNext({ status: 409, body: { message: '409 Conflict' } });
    await expect(deliver(newDelivery(facts()))).rejects.toMatchObject({
      ...{ code: 'CHANNEL_BUSY', permanent: false, retryAfterMs: 2_000 },
    });
  });
});

describe('a note on GitLab', () => {
  const comment = (changes: Partial<Delivery> = {}, submission: Facts['submission'] = {}) =>
    newDelivery(facts({ submission: submission ?? {} }), { purpose: 'comment', ...changes });

  it('is created once, and edited by later submissions of that name', async () => {
    const thread = await deliver(comment());
    await deliver(comment({ thread }, { id: 58 }));
    expect(gitlab.accepted).toMatchObject([{ edited: false }, { edited: true }]);
    expect(gitlab.notes).toMatchObject([{ body: expect.stringContaining('Submission 58') }]);
  });

  it('is found again after its answer was lost, on a later page, and not among those of others', async () => {
    const system = { body: 'added 1 commit', system: true };
    gitlab.addNotes(
      7,
      Array.from({ length: 120 }, () => system),
    );
    const first = comment();
    // The user and three pages of notes are read before.
    gitlab.answerAfter(4, undefined);
    await expect(deliver(first)).rejects.toMatchObject({ code: 'CHANNEL_UNREACHABLE', permanent: false });
    const own = gitlab.notes.at(-1) as (typeof gitlab.notes)[number];
    gitlab.notes.unshift({ ...own, id: 1, author: { id: 90 } });
    await deliver({ ...first, repeat: true });
    expect(gitlab.accepted).toMatchObject([
      { edited: false, id: own.id },
      { edited: true, id: own.id },
    ]);
  });

  it('is created anew when someone removed it', async () => {
    const thread = await deliver(comment());
    gitlab.notes.length = 0;
    expect(await deliver(comment({ thread }))).not.toEqual(thread);
  });
});

describe('what GitLab refuses', () => {
  const to = (link: object) =>
    newDelivery(facts({ submission: { commitLink: { baseUrl: gitlab.origin, ...link } as never } }));
  it.each<[string, () => Promise<unknown>, string]>([
    [
      'a wrong token',
      () => deliver(newDelivery(facts()), { secrets: { token: 'wrong' } }),
      'CHANNEL_SIGN_IN_REFUSED',
    ],
    ['an unknown commit', () => deliver(to({ project, sha: 'd00d'.repeat(10) })), 'MESSAGE_REFUSED'],
    [
      'an unknown project',
      () => deliver(to({ project: 'acme/other', sha: sampleSha })),
      'CHANNEL_TARGET_UNKNOWN',
    ],
    [
      'a merge request that does not exist',
      () => {
        const delivery = to({ project, sha: sampleSha, pullRequest: 8 });
        return deliver({ ...delivery, purpose: 'comment' });
      },
      'CHANNEL_TARGET_UNKNOWN',
    ],
  ])('%s', async (_, work, code) => {
    await expect(work()).rejects.toMatchObject({ code, permanent: true });
    expect(gitlab.accepted).toEqual([]);
  });

  it('takes no page of a sign-in for an answer', async () => {
    gitlab.answerNext({ status: 200, text: '<html>Sign in</html>' });
    await expect(deliver(newDelivery(facts()))).rejects.toMatchObject({ code: 'CHANNEL_UNREACHABLE' });
  });

  it('waits for the end of a limit', async () => {
    gitlab.answerNext({ status: 429, headers: { 'retry-after': '42' }, body: { message: 'Retry later' } });
    await expect(deliver(newDelivery(facts()))).rejects.toMatchObject({
      code: 'CHANNEL_BUSY',
      retryAfterMs: 42_000,
    });
  });

  it('tells a missing right of the token', async () => {
    gitlab.answerNext({ status: 403, body: { error: 'insufficient_scope', error_description: 'api' } });
    await expect(deliver(newDelivery(facts()))).rejects.toMatchObject({
      code: 'CHANNEL_SIGN_IN_REFUSED',
      message: expect.stringContaining('insufficient_scope'),
    });
  });
});

it('the test of a channel asks for the projects that have a whole name, and changes nothing', async () => {
  const test = newDelivery(facts(), { purpose: 'test' });
  await deliver(test, { settings: { projects: [project, 'other/*'] } });
  await expect(deliver(test, { settings: { projects: ['acme/secret'] } })).rejects.toMatchObject({
    code: 'CHANNEL_TARGET_UNKNOWN',
  });
  expect(gitlab.accepted).toEqual([]);
});
