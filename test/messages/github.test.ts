import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Delivery } from '../../src/messages/channels/channel.ts';
import { github as githubKind } from '../../src/messages/channels/github/github.ts';
import { deliverTo, newDelivery } from '../support/channels/deliver.ts';
import { type GithubStandIn, startGithub } from '../support/channels/github.ts';
import { failureFacts, runFacts, sampleSha, submissionFacts } from '../support/submission-facts.ts';

const project = 'acme/shop';
const context = 'matre/smoke on preprod-us';
let github: GithubStandIn;
beforeEach(async () => {
  github = await startGithub({ project, shas: [sampleSha], pulls: [7] });
});
afterEach(() => github.close());

type Facts = NonNullable<Parameters<typeof submissionFacts>[0]>;
const facts = ({ submission, ...changes }: Facts = {}) =>
  submissionFacts({
    ...changes,
    submission: {
      commitLink: { forge: 'github', baseUrl: github.origin, project, sha: sampleSha, pullRequest: 7 },
      ...submission,
    },
  });
const settings = (more: object = {}) => ({
  baseUrl: github.origin,
  apiUrl: github.origin,
  projects: ['acme/*'],
  ...more,
});

/** Delivers with the personal token, unless the channel says otherwise. */
const deliver = (delivery: Delivery, channel: { settings?: object; secrets?: object } = {}) =>
  deliverTo(
    githubKind,
    { settings: settings(channel.settings), secrets: channel.secrets ?? { token: github.token } },
    delivery,
  );
const app = () => ({
  settings: { appId: github.app.id },
  secrets: { privateKey: github.app.privateKey },
});

const started = { phase: 'started', submission: { verdict: null } } as const;

describe('a status on GitHub', () => {
  it('is pending, then says the verdict', async () => {
    const thread = await deliver(newDelivery(facts(started)));
    await deliver(newDelivery(facts(), { thread }));
    expect(github.accepted).toMatchObject([
      { kind: 'status', sha: sampleSha, context, state: 'pending', description: 'Waits for preprod-us' },
      {
        kind: 'status',
        context,
        state: 'failure',
        description: '1 new failure, 12 known (run 471, 1 h 12 min)',
      },
    ]);
  });

  it.each([
    ['passed', 'success'],
    ['failed', 'failure'],
    ['broken', 'error'],
    ['cancelled', 'error'],
  ] as const)('of a submission that %s is %s', async (verdict, state) => {
    await deliver(newDelivery(facts({ submission: { verdict } })));
    expect(github.statuses(sampleSha)).toEqual({ [context]: state });
  });

  it('of an older submission never replaces that of a newer one', async () => {
    const thread = await deliver(newDelivery(facts({ ...started, submission: { id: 58, verdict: null } })));
    expect(await deliver(newDelivery(facts({ submission: { id: 57 } }), { thread }))).toBeUndefined();
    expect(github.statuses(sampleSha)).toEqual({ [context]: 'pending' });
  });

  it('has words of any length and kind', async () => {
    const name = `<b>@all</b> ${'🛒 ä\n'.repeat(100)}`;
    await deliver(newDelivery(facts({ headline: `${name}: ${'x'.repeat(500)}`, submission: { name } })));
    expect(github.accepted).toHaveLength(1);
  });
});

describe('a comment on GitHub', () => {
  const comment = (changes: Partial<Delivery> = {}, submission: Facts['submission'] = {}) =>
    newDelivery(facts({ submission: submission ?? {} }), { purpose: 'comment', ...changes });

  it('is created once, and edited by later submissions of that name', async () => {
    const thread = await deliver(comment());
    await deliver(comment({ thread }, { id: 58 }));
    expect(github.accepted).toMatchObject([{ edited: false }, { edited: true }]);
    expect(github.comments).toHaveLength(1);
    expect(github.comments[0]?.body).toContain('Submission 58');
  });

  it('is found again after its answer was lost, on a later page, and not among those of others', async () => {
    github.addComments(
      7,
      Array.from({ length: 120 }, (_, index) => `Comment ${index}`),
    );
    const first = comment();
    // The user and three pages of comments are read before.
    github.answerAfter(4, undefined);
    await expect(deliver(first)).rejects.toMatchObject({ code: 'CHANNEL_UNREACHABLE', permanent: false });
    await deliver({ ...first, repeat: true });
    const own = github.comments.at(-1) as (typeof github.comments)[number];
    github.comments.unshift({ ...own, id: 1, user: { id: 900, type: 'User' } });
    await deliver({ ...first, repeat: true });
    expect(github.accepted).toMatchObject([
      { edited: false, id: own.id },
      { edited: true, id: own.id },
      { edited: true, id: own.id },
    ]);
  });

  it('is created anew when someone removed it', async () => {
    const thread = await deliver(comment());
    github.comments.length = 0;
    expect(await deliver(comment({ thread }))).not.toEqual(thread);
    expect(github.comments).toHaveLength(1);
  });

  it('is edited by an App, and by the token of a workflow', async () => {
    for (const channel of [app(), { secrets: { token: github.actionsToken } }]) {
      await deliver(comment(), channel);
      await deliver(comment({ repeat: true }), channel);
    }
    expect(github.accepted.map((entry) => entry.kind === 'comment' && entry.edited)).toEqual([
      false,
      true,
      true,
      true,
    ]);
  });

  it('fits, however many failures there are', async () => {
    const failures = Array.from({ length: 60 }, (_, index) =>
      failureFacts(`${'&'.repeat(190)}${index}`, {
        message: '"'.repeat(300),
        url: `https://example.com/${'a'.repeat(1_500)}`,
      }),
    );
    await deliver(newDelivery(facts({ runs: [runFacts({ failures })] }), { purpose: 'comment' }));
    expect(github.comments[0]?.body).toMatch(/<p>\d+ more<\/p>/);
  });
});

describe('a check run of a GitHub App', () => {
  const finished = ({ commit = sampleSha, ...more }: Facts & { commit?: string } = {}) => {
    const failures = Array.from({ length: 60 }, (_, index) =>
      failureFacts(`Test${index}`, {
        place: { path: `Test/Mftf/ActionGroup/${index}.xml`, line: index + 1, commit },
      }),
    );
    return facts({ runs: [runFacts({ failures: [...failures, failureFacts('Unplaced')] })], ...more });
  };

  it('is queued, in progress, then completed with all annotations in batches', async () => {
    const queued = await deliver(newDelivery(facts(started)), app());
    const running = await deliver(
      newDelivery(facts({ ...started, phase: 'running' }), { thread: queued }),
      app(),
    );
    await deliver(newDelivery(finished(), { thread: running }), app());
    const states = github.accepted.map((entry) => entry.kind === 'check' && [entry.status, entry.conclusion]);
    expect(states).toEqual([
      ['queued', null],
      ['in_progress', null],
      ['in_progress', null],
      ['completed', 'failure'],
    ]);
    expect(github.checks).toMatchObject([
      { name: context, details_url: 'https://matre.example.com/submissions/57' },
    ]);
    expect(github.checks[0]?.annotations).toHaveLength(60);
    expect(github.checks[0]?.annotations[59]).toMatchObject({
      path: 'Test/Mftf/ActionGroup/59.xml',
      start_line: 60,
    });
  });

  it('has each annotation once, when an attempt ended between two batches', async () => {
    const thread = await deliver(newDelivery(facts(started)), app());
    const delivery = newDelivery(finished(), { thread });
    const rateLimit = {
      status: 403,
      headers: { 'retry-after': '7' },
      body: { message: 'You have exceeded a secondary rate limit' },
    };
    // Installation, token, the check and its first batch succeed.
    github.answerAfter(4, rateLimit);
    await expect(deliver(delivery, app())).rejects.toMatchObject({
      code: 'CHANNEL_BUSY',
      retryAfterMs: 7_000,
    });
    expect(github.checks).toMatchObject([{ status: 'in_progress', output: { annotations_count: 50 } }]);
    await deliver({ ...delivery, repeat: true }, app());
    expect(github.checks).toMatchObject([{ conclusion: 'failure', output: { annotations_count: 60 } }]);
    await deliver({ ...delivery, repeat: true }, app());
    expect(github.checks).toMatchObject([{ output: { annotations_count: 60 } }]);
  });

  it('is found again by its submission, when its answer was lost', async () => {
    const delivery = newDelivery(facts(started));
    // The installation and its token are asked for before.
    github.answerAfter(2, undefined);
    await expect(deliver(delivery, app())).rejects.toMatchObject({ code: 'CHANNEL_UNREACHABLE' });
    await deliver({ ...delivery, repeat: true }, app());
    expect(github.checks).toHaveLength(1);
  });

  it('is another one when a finished submission is finished again', async () => {
    const thread = await deliver(newDelivery(finished()), app());
    await deliver(newDelivery(finished({ submission: { verdict: 'passed' }, runs: [] }), { thread }), app());
    expect(github.checks).toMatchObject([
      { conclusion: 'failure' },
      { conclusion: 'success', annotations: [] },
    ]);
  });

  it('has no annotation in a commit of another repository, or when they are off', async () => {
    await deliver(newDelivery(finished({ commit: 'ab'.repeat(20) })), app());
    const { secrets, settings } = app();
    await deliver(newDelivery(finished()), { secrets, settings: { ...settings, annotations: false } });
    await deliver(newDelivery(finished()), { secrets: { token: github.actionsToken } });
    expect(github.checks.map(({ annotations }) => annotations.length)).toEqual([0, 0, 60]);
  });
});

describe('what GitHub refuses', () => {
  const status = () => newDelivery(facts());
  it.each<[string, () => Promise<unknown>, string, boolean]>([
    [
      'a wrong token',
      () => deliver(status(), { secrets: { token: 'ghp_wrong' } }),
      'CHANNEL_SIGN_IN_REFUSED',
      true,
    ],
    [
      'an unknown commit',
      () =>
        deliver(
          newDelivery(
            facts({
              submission: { commitLink: { baseUrl: github.origin, project, sha: 'd00d'.repeat(10) } },
            }),
          ),
        ),
      'MESSAGE_REFUSED',
      true,
    ],
    [
      'a project that the token does not see',
      () =>
        deliver(
          newDelivery(
            facts({
              submission: { commitLink: { baseUrl: github.origin, project: 'acme/secret', sha: sampleSha } },
            }),
          ),
        ),
      'CHANNEL_TARGET_UNKNOWN',
      true,
    ],
    [
      'an App that is not installed',
      () =>
        deliver(
          newDelivery(
            facts({
              submission: { commitLink: { baseUrl: github.origin, project: 'acme/other', sha: sampleSha } },
            }),
          ),
          app(),
        ),
      'CHANNEL_TARGET_UNKNOWN',
      true,
    ],
    [
      'a project that the channel has no more',
      () => deliver(status(), { settings: { projects: ['acme/tests'] } }),
      'MESSAGE_REFUSED',
      true,
    ],
    [
      'a private key without the id of its App',
      () => deliver(status(), { secrets: app().secrets }),
      'CHANNEL_SIGN_IN_REFUSED',
      true,
    ],
    ['a post', () => deliver(newDelivery(facts(), { purpose: 'post' })), 'MESSAGE_REFUSED', true],
  ])('%s', async (_, work, code, permanent) => {
    await expect(work()).rejects.toMatchObject({ code, permanent });
    expect(github.accepted).toEqual([]);
  });

  it.each([
    [
      'the secondary limit',
      403,
      { 'retry-after': '30' },
      'You have exceeded a secondary rate limit',
      30_000,
      30_000,
    ],
    [
      'the secondary limit without a time',
      403,
      {},
      'You have exceeded a secondary rate limit',
      60_000,
      60_000,
    ],
    ['a limit of today', 429, {}, 'Too many requests', 60_000, 60_000],
    [
      'the primary limit',
      403,
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': 'in 600 s' },
      'API rate limit exceeded',
      590_000,
      602_000,
    ],
  ])('waits for the end of %s', async (_, answerStatus, headers, message, least, most) => {
    const reset = String(Math.floor(Date.now() / 1_000) + 600);
    const sent = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value.replace('in 600 s', reset)]),
    );
    github.answerNext({ status: answerStatus, headers: sent, body: { message } });
    const fault = await deliver(status()).catch((error) => error);
    expect(fault).toMatchObject({ code: 'CHANNEL_BUSY', permanent: false });
    expect(fault.retryAfterMs).toBeGreaterThanOrEqual(least);
    expect(fault.retryAfterMs).toBeLessThanOrEqual(most);
  });

  it.each([
    [
      'a missing right',
      403,
      'Resource not accessible by personal access token',
      'CHANNEL_SIGN_IN_REFUSED',
      true,
    ],
    [
      'a locked pull request',
      403,
      'Unable to create comment because issue is locked.',
      'MESSAGE_REFUSED',
      true,
    ],
    ['an error of its own', 502, 'Server Error', 'CHANNEL_UNREACHABLE', false],
  ])('says %s', async (_, answerStatus, message, code, permanent) => {
    github.answerNext({ status: answerStatus, body: { message } });
    await expect(deliver(status())).rejects.toMatchObject({ code, permanent });
  });

  it('shows no secret', async () => {
    const token = 'ghp_a-secret-token';
    const fault = await deliver(status(), { secrets: { token } }).catch((error) => error);
    expect(`${fault.message} ${JSON.stringify(fault)}`).not.toContain(token);
  });
});

describe('the test of a channel on GitHub', () => {
  const test = () => newDelivery(facts(), { purpose: 'test' });
  it('asks for the projects that have a whole name, and changes nothing', async () => {
    const channels: { settings?: object; secrets?: object }[] = [
      {},
      app(),
      { secrets: { token: github.actionsToken } },
    ];
    for (const channel of channels) {
      for (const projects of [[project], ['acme/*']])
        await deliver(test(), { ...channel, settings: { ...channel.settings, projects } });
    }
    await expect(deliver(test(), { settings: { projects: ['acme/secret'] } })).rejects.toMatchObject({
      code: 'CHANNEL_TARGET_UNKNOWN',
    });
    await expect(deliver(test(), { secrets: { token: 'ghp_wrong' } })).rejects.toMatchObject({
      code: 'CHANNEL_SIGN_IN_REFUSED',
    });
    expect(github.accepted).toEqual([]);
  });
});
