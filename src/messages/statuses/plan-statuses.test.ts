import { describe, expect, it } from 'vitest';
import { sampleSha, submissionFacts } from '../../../test/support/submission-facts.ts';
import type { Channel } from '../../model/channel.ts';
import type { NoticeKind } from '../../model/message.ts';
import { planStatuses, type StatusChannel } from './plan-statuses.ts';
import { toStatusChannel } from './status-channels.ts';
import { statusContext } from './status-target.ts';
import { statusDescription, statusState } from './status-words.ts';

const now = new Date('2026-11-28T23:12:00.000Z');
const channel: StatusChannel = {
  ...{ id: 1, name: 'reviews', kind: 'github', baseUrl: 'https://github.com' },
  ...{ projects: ['acme/*'], comment: true, progress: false },
};
const plan = (kind: NoticeKind, changes: Partial<StatusChannel> = {}, facts = submissionFacts()) =>
  planStatuses({ notice: { kind }, facts, channels: [{ ...channel, ...changes }], now });
const purposes = (...input: Parameters<typeof plan>) => plan(...input).messages.map(({ purpose }) => purpose);

describe('planStatuses', () => {
  const of = (commitLink: Parameters<typeof submissionFacts>[0] & object) =>
    submissionFacts({ submission: { commitLink: commitLink as never } });
  const link = { forge: 'github', baseUrl: 'https://github.com', project: 'acme/shop', sha: sampleSha };

  it.each<[NoticeKind, string, Partial<StatusChannel>, string[]]>([
    ['submission-started', 'a channel', {}, ['status']],
    ['submission-progress', 'a channel', {}, []],
    ['submission-progress', 'a channel with progress', { progress: true }, ['status']],
    ['run-finished', 'a channel', {}, []],
    ['run-finished', 'a channel with progress', { progress: true }, ['status']],
    ['first-failure', 'a channel with progress', { progress: true }, []],
    ['submission-finished', 'a channel', {}, ['status', 'comment']],
    ['submission-finished', 'a channel without comments', { comment: false }, ['status']],
    [
      'submission-finished',
      'a channel for the project in other letters',
      { projects: ['ACME/Shop'] },
      ['status', 'comment'],
    ],
  ])('tells %s to %s', (notice, _, changes, expected) => {
    expect(purposes(notice, changes)).toEqual(expected);
  });

  it('comments only where there is a pull request', () => {
    expect(purposes('submission-finished', {}, of(link as never))).toEqual(['status']);
  });

  it.each([
    ['another forge', {}, { ...link, forge: 'gitlab' }, 'the commit is not on github'],
    [
      'another host',
      {},
      { ...link, baseUrl: 'https://github.example.com' },
      'the commit is not on https://github.com',
    ],
    [
      'another project',
      { projects: ['acme/tests'] },
      link,
      'acme/shop is not among the projects of the channel',
    ],
    ['no commit', {}, null, 'no commit on a forge is known for the submission'],
  ])('says why it shows nothing of %s', (_, changes, commitLink, reason) => {
    const { messages, notSent } = plan('submission-finished', changes, of(commitLink as never));
    expect([messages, notSent]).toEqual([[], [{ rule: 'Statuses of commits', channel: 'reviews', reason }]]);
  });

  it('takes a commit whose forge its address does not show', () => {
    const { forge: _, ...unknown } = link;
    expect(purposes('submission-started', {}, of(unknown as never))).toEqual(['status']);
  });

  it('sends statuses with one name for one commit in one order, and others in any', () => {
    const threads = (facts: ReturnType<typeof submissionFacts>) =>
      plan('submission-finished', {}, facts).messages.map(({ thread }) => thread);
    const one = threads(submissionFacts());
    expect(new Set(one).size).toBe(2);
    expect(threads(submissionFacts({ submission: { id: 58 } }))).toEqual(one);
    const [status, comment] = threads(of({ ...link, sha: 'd00d'.repeat(10), pullRequest: 7 } as never));
    expect([status === one[0], comment === one[1]]).toEqual([false, true]);
    expect(threads(submissionFacts({ submission: { name: 'full' } }))).not.toContain(one[0]);
  });
});

describe('toStatusChannel', () => {
  const stored = (changes: Partial<Channel>): Channel => ({
    ...{ id: 1, name: 'reviews', kind: 'github', settings: { projects: ['acme/*'] }, secretNames: ['token'] },
    ...{ personal: false, disabled: undefined, blockedUntil: undefined, problem: undefined, revision: 1 },
    ...{ createdBy: 'ann', createdAt: now, changedBy: 'ann', changedAt: now },
    ...changes,
  });

  it('has the defaults of the settings, and progress where the forge takes it', () => {
    expect(toStatusChannel(stored({}))).toMatchObject({
      baseUrl: 'https://github.com',
      comment: true,
      progress: false,
    });
    const settings = { projects: ['acme/*'], appId: '77', comment: false };
    const secretNames = ['privateKey'];
    expect(toStatusChannel(stored({ settings, secretNames }))).toMatchObject({
      comment: false,
      progress: true,
    });
    expect(toStatusChannel(stored({ kind: 'gitlab' }))).toMatchObject({
      baseUrl: 'https://gitlab.com',
      progress: true,
    });
  });

  it.each<[string, Partial<Channel>]>([
    ['of another kind', { kind: 'teams' }],
    ['that is switched off', { disabled: { since: now, by: 'ann' } }],
    ['with settings of another version', { settings: { projects: 7 } }],
  ])('is none of a channel %s', (_, changes) => {
    expect(toStatusChannel(stored(changes))).toBeUndefined();
  });
});

describe('statusContext', () => {
  const context = (submission: Parameters<typeof submissionFacts>[0] & object) =>
    statusContext(submissionFacts({ submission: submission as never }));
  it('names the schedule, else what and where', () => {
    expect(context({ name: 'nightly', schedule: 'nightly', environments: ['us', 'es'] } as never)).toBe(
      'matre/nightly',
    );
    expect(context({ name: 'smoke', environments: ['us', 'es'] } as never)).toBe('matre/smoke on us, es');
    expect(context({ name: 'smoke', environments: ['a', 'b', 'c', 'd'] } as never)).toBe(
      'matre/smoke on 4 environments',
    );
  });
  it('has at most 255 characters', () => {
    const environments = ['a', 'b', 'c'].map((each) => each.repeat(63));
    expect(context({ name: 'n'.repeat(4_000), environments } as never).length).toBeLessThanOrEqual(255);
    expect(context({ name: '😀'.repeat(150), environments } as never)).not.toMatch(/\p{Cs}/u);
  });
});

describe('the words of a status', () => {
  it.each([
    [{ phase: 'started' } as const, 'queued', 'Waits for preprod-us'],
    [{ phase: 'running' } as const, 'running', 'Runs on preprod-us'],
    [{}, 'failed', '1 new failure, 12 known (run 471, 1 h 12 min)'],
    [
      { headline: 'smoke on preprod-us: no worker (run 471)', submission: { verdict: 'broken' as const } },
      'broken',
      'broken: no worker (run 471)',
    ],
  ])('of %j', (changes, state, description) => {
    const facts = submissionFacts(changes);
    expect([statusState(facts), statusDescription(facts, 140)]).toEqual([state, description]);
  });

  it('have at most as many characters as the forge takes, and no half character', () => {
    const facts = submissionFacts({ headline: `smoke: ${'🛒'.repeat(100)}` });
    const words = statusDescription(facts, 140);
    expect([...words].length).toBeLessThanOrEqual(140);
    expect(Buffer.from(words).toString()).toBe(words);
  });
});
