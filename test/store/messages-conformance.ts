import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import type { Channel } from '../../src/model/channel.ts';
import type { Notice, PlannedMessage } from '../../src/model/message.ts';
import { emptySelection } from '../../src/model/selection.ts';
import { createQueue } from '../../src/queue/queue.ts';
import type { Database } from '../../src/store/database/database.ts';
import { type Channels, createChannels } from '../../src/store/tables/channels.ts';
import { createComparisons } from '../../src/store/tables/comparisons.ts';
import { createEnvironments } from '../../src/store/tables/environments.ts';
import { finishSubmissions } from '../../src/store/tables/finish-submissions.ts';
import { createMessagePlans, type MessagePlans, type Placer } from '../../src/store/tables/message-plans.ts';
import { createMessages, type Messages } from '../../src/store/tables/messages.ts';
import { insertNotice, readNotSent, readUnplanned } from '../../src/store/tables/notices.ts';
import { type ClaimedMessage, createOutbox, type Outbox } from '../../src/store/tables/outbox.ts';
import { runComparer } from '../../src/store/tables/run-comparer.ts';
import { createRuns } from '../../src/store/tables/runs.ts';
import { claimOne } from '../support/claim.ts';
import { type Kind, openTestDatabase, quiet, type TestDatabase } from '../support/database.ts';
import { newEnvironment } from '../support/samples.ts';
import { messageFailuresConformance } from './message-failures-conformance.ts';

/** The behaviour of notices and messages, for every kind of database. */
export function messagesConformance(kind: Kind): void {
  describe('messages', () => {
    let testDatabase: TestDatabase;
    let database: Database;
    let channels: Channels;
    let plans: MessagePlans;
    let outbox: Outbox;
    let messages: Messages;

    beforeAll(async () => {
      testDatabase = await openTestDatabase(kind);
      database = testDatabase.database;
      channels = createChannels({ database, secrets: createSecretBox(randomBytes(32)) });
      plans = createMessagePlans({ database });
      outbox = createOutbox({ database });
      messages = createMessages({ database });
    });
    afterAll(() => testDatabase.close());
    beforeEach(() => testDatabase.clear());

    const addChannel = (name = 'ops'): Promise<Channel> =>
      channels.create({
        ...{ name, kind: 'webhook', settings: {}, secrets: {}, personal: false, disabled: undefined },
        createdBy: 'ann',
      });
    const planned = (channel: Channel, more: Partial<PlannedMessage> = {}): PlannedMessage => ({
      ...{ channelId: channel.id, ruleId: 1, rule: 'nightly', recipient: null, purpose: 'post' },
      ...{ thread: 'submission/7', outcome: 'failed', dueAt: new Date(0), reason: 'it failed' },
      ...more,
    });
    const insert: Placer = ({ purpose }) => ({ kind: 'insert', purpose });
    const notice = async (): Promise<Notice> => {
      await insertNotice(database, { kind: 'submission-finished', submissionId: 7 });
      const [newest] = (await readUnplanned(database, 100)).reverse();
      if (!newest) throw new Error('no notice');
      return newest;
    };
    /** Plans messages, each for a notice of its own. */
    const plan = async (...each: PlannedMessage[]): Promise<void> => {
      for (const message of each)
        await plans.store(await notice(), { messages: [message], notSent: [] }, insert);
    };
    const claim = (more: Partial<Parameters<Outbox['claim']>[0]> = {}): Promise<ClaimedMessage[]> =>
      outbox.claim({
        ...{ token: randomUUID(), leaseMs: 60_000, limit: 10, limits: new Map(), takeOver: true, graceMs: 0 },
        ...more,
      });
    const claimFirst = async (): Promise<ClaimedMessage> => {
      const [first] = await claim({ limit: 1 });
      if (!first) throw new Error('nothing to claim');
      return first;
    };
    const expireClaims = () =>
      database.query(
        `UPDATE message SET claimed_until = now() - interval '1 second' WHERE claimed_until IS NOT NULL`,
      );
    const list = () => messages.list({ limit: 100 });
    const failure = { code: 'X', message: 'away', permanent: false, delayMs: 0 };

    describe('notices', () => {
      const submit = async () => {
        const environments = createEnvironments({ database, secrets: createSecretBox(randomBytes(32)) });
        const us = await environments.create(newEnvironment('us'));
        const runs = createRuns({ database });
        const [run] = await runs.insert([
          { environmentId: us.id, selection: emptySelection, requestedBy: 'ann' },
        ]);
        if (!run) throw new Error('no run');
        return { runs, run };
      };
      const kinds = async () =>
        (await readUnplanned(database, 100)).map(({ kind: each, submissionId, runId }) => [
          each,
          submissionId,
          runId,
        ]);

      it('tell the start and the end of runs and submissions, and of a retry', async () => {
        await addChannel();
        const { runs, run } = await submit();
        const queue = createQueue({ database, log: quiet, leaseMs: 60_000 });
        const execute = async () => {
          const claimed = await claimOne(queue, 'w');
          await queue.finish(run.id, claimed?.fence ?? 0, 'failed');
          const comparisons = createComparisons({ database });
          await comparisons.compareNext(run.environmentId, runComparer);
          await finishSubmissions(database);
        };
        await execute();
        const once = [
          ['submission-started', run.submissionId, undefined],
          ['run-finished', run.submissionId, run.id],
          ['submission-finished', run.submissionId, undefined],
        ];
        expect(await kinds()).toEqual(once);
        await runs.retryFailed(run.id, 'ann');
        await execute();
        expect(await kinds()).toEqual([
          ...once,
          ['submission-progress', run.submissionId, undefined],
          ...once.slice(1),
        ]);
      });

      it('tell a run that was cancelled, queued or under way', async () => {
        await addChannel();
        const { runs, run } = await submit();
        await runs.cancel(run.id);
        expect(await kinds()).toEqual([
          ['submission-started', run.submissionId, undefined],
          ['run-finished', run.submissionId, run.id],
        ]);
        const [other] = await runs.insert([
          { environmentId: run.environmentId, selection: emptySelection, requestedBy: 'ann' },
        ]);
        const queue = createQueue({ database, log: quiet, leaseMs: 60_000 });
        const claimed = await claimOne(queue, 'w');
        await runs.cancel(other?.id ?? 0);
        await queue.requeue(other?.id ?? 0, claimed?.fence ?? 0);
        expect((await kinds()).slice(2)).toEqual([
          ['submission-started', other?.submissionId, undefined],
          ['run-finished', other?.submissionId, other?.id],
        ]);
      });

      it('are not written while no channel is enabled', async () => {
        const { runs, run } = await submit();
        await runs.cancel(run.id);
        expect(await kinds()).toEqual([]);
        await addChannel();
        await channels.setDisabled('ops', true, 'ann');
        await insertNotice(database, { kind: 'alert-started', alertId: 1 });
        expect(await kinds()).toEqual([]);
      });

      it('are gone when the transaction of what they tell is rolled back', async () => {
        await addChannel();
        const failed = database.transaction(async (transaction) => {
          await insertNotice(transaction, { kind: 'alert-started', alertId: 1, details: { a: 1 } });
          throw new Error('no');
        });
        await expect(failed).rejects.toThrow('no');
        expect(await kinds()).toEqual([]);
      });
    });

    describe('plans', () => {
      it('are stored once for a notice, however many processes plan it', async () => {
        const channel = await addChannel();
        const one = await notice();
        const notSent = [{ rule: 'weekly', channel: 'ops', reason: 'only broken' }];
        const stored = await Promise.all(
          [1, 2, 3].map(() => plans.store(one, { messages: [planned(channel)], notSent }, insert)),
        );
        expect(stored.filter((each) => each !== undefined)).toEqual([[{ kind: 'insert', purpose: 'post' }]]);
        expect(await list()).toMatchObject([
          {
            channel: 'ops',
            rule: 'nightly',
            reason: 'it failed',
            purpose: 'post',
            state: 'waiting',
            attempts: 0,
          },
        ]);
        expect(await readUnplanned(database, 10)).toEqual([]);
        expect(await readNotSent(database, 7)).toEqual(notSent);
      });

      it('have one message for each channel, recipient and purpose', async () => {
        const [ops, qa] = [await addChannel('ops'), await addChannel('qa')];
        const wishes = [
          planned(ops),
          planned(ops, { ruleId: 2 }),
          planned(qa),
          planned(qa, { recipient: 'a@b' }),
        ];
        await plans.store(await notice(), { messages: wishes, notSent: [] }, insert);
        expect((await list()).map(({ channel, recipient }) => [channel, recipient]).sort()).toEqual([
          ['ops', undefined],
          ['qa', undefined],
          ['qa', 'a@b'],
        ]);
      });

      it('see the earlier messages of the thread, and renew one that waits', async () => {
        const channel = await addChannel();
        await plan(planned(channel), planned(channel, { thread: 'submission/8' }));
        const [, first] = await list();
        const seen: unknown[] = [];
        await plans.store(
          await notice(),
          { messages: [planned(channel, { outcome: 'passed' })], notSent: [] },
          (_, thread) => {
            seen.push(...thread);
            return { kind: 'renew', messageId: first?.id ?? 0 };
          },
        );
        expect(seen).toEqual([
          {
            id: first?.id,
            purpose: 'post',
            outcome: 'failed',
            runId: undefined,
            submissionId: 7,
            state: 'waiting',
            attempts: 0,
            claimed: false,
          },
        ]);
        expect((await list()).map(({ id, key, outcome }) => ({ id, key, outcome }))[1]).toEqual({
          id: first?.id,
          key: first?.key,
          outcome: 'passed',
        });
      });
    });

    describe('claims', () => {
      it('take the first message of each thread, and the next one when that was sent', async () => {
        const channel = await addChannel();
        await plan(planned(channel), planned(channel), planned(channel, { thread: 'submission/8' }));
        const claimed = await claim();
        expect(claimed.map(({ thread, attempts }) => [thread, attempts])).toEqual([
          ['submission/7', 1],
          ['submission/8', 1],
        ]);
        expect(claimed[0]?.notice).toMatchObject({ kind: 'submission-finished', submissionId: 7 });
        expect(await claim()).toEqual([]);
        expect(await outbox.markSent(claimed[0] as ClaimedMessage, { ts: '1' })).toBe(true);
        const [next] = await claim();
        expect(next?.thread).toBe('submission/7');
        expect(await outbox.remoteOf({ ...(next as ClaimedMessage), purpose: 'edit' })).toEqual({ ts: '1' });
      });

      it('give each message to one of many processes', async () => {
        const channel = await addChannel();
        await plan(
          ...Array.from({ length: 12 }, (_, index) => planned(channel, { thread: `submission/${index}` })),
        );
        const all = await Promise.all(Array.from({ length: 6 }, () => claim({ limit: 4 })));
        const ids = all.flat().map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
      });

      it('respect the limit of a channel, and leave disabled and blocked ones out', async () => {
        const [ops, qa] = [await addChannel('ops'), await addChannel('qa')];
        for (const channel of [ops, qa])
          await plan(planned(channel, { thread: null }), planned(channel, { thread: null }));
        expect(await claim({ limit: 1, limits: new Map([[qa.id, 0]]) })).toMatchObject([
          { channelId: ops.id },
        ]);
        await channels.setDisabled('ops', true, 'ann');
        await channels.block(qa.id, new Date(Date.now() + 60_000));
        expect(await claim()).toEqual([]);
        await channels.setDisabled('ops', false, 'ann');
        expect(await claim()).toMatchObject([{ channelId: ops.id }]);
      });

      it('are taken over when they ran out, if so requested, and then the first holder writes nothing', async () => {
        const channel = await addChannel();
        await plan(planned(channel));
        const first = await claimFirst();
        expect(await outbox.storeContent(first, { headline: 'a' }, 'failed')).toBe(true);
        await expireClaims();
        expect(await claim({ takeOver: false })).toEqual([]);
        const second = await claimFirst();
        expect(second).toMatchObject({
          id: first.id,
          key: first.key,
          attempts: 2,
          content: { headline: 'a' },
        });
        expect(await outbox.storeContent(first, { headline: 'b' }, 'failed')).toBe(false);
        expect(await outbox.markSent(first, undefined)).toBe(false);
        await outbox.markFailed(first, { ...failure, delayMs: 60_000 });
        await outbox.drop(first, { code: 'X', message: 'y' });
        expect(await list()).toMatchObject([
          { state: 'waiting', sending: true, headline: 'a', error: undefined },
        ]);
        expect(await outbox.markSent(second, undefined)).toBe(true);
      });

      it('that ran out without another one still record what was sent, however often', async () => {
        const channel = await addChannel();
        await plan(planned(channel));
        const first = await claimFirst();
        await expireClaims();
        expect(await outbox.markSent(first, { id: 1 })).toBe(true);
        expect(await outbox.markSent(first, { id: 1 })).toBe(true);
        expect(await list()).toMatchObject([{ state: 'sent', sending: false, endedAt: expect.any(Date) }]);
      });
    });

    describe('what is stored', () => {
      it('shows the post of a thread to planners after any number of edits and replies', async () => {
        const channel = await addChannel();
        const purposes = ['post', 'edit', 'reply'] as const;
        await plan(planned(channel));
        await outbox.markSent(await claimFirst(), { id: 1 });
        for (let round = 0; round < 12; round += 1) {
          await plan(planned(channel, { purpose: 'edit' }), planned(channel, { purpose: 'reply' }));
          for (let left = 2; left > 0; left -= 1) await outbox.markSent(await claimFirst(), undefined);
        }
        let seen: string[] = [];
        const look: Placer = (_planned, thread) => {
          seen = thread.map(({ purpose }) => purpose);
          return { kind: 'none', reason: '' };
        };
        await plans.store(await notice(), { messages: [planned(channel)], notSent: [] }, look);
        expect(seen.sort()).toEqual([...purposes].sort());
      });

      it('is what a receiver and a template say, also with characters that no JSON of a database has', async () => {
        const channel = await addChannel();
        await plan(planned(channel));
        const claimed = await claimFirst();
        expect(
          await outbox.storeContent(claimed, { headline: 'a\0b \ud83d \\u0000 \u{1f600}' }, 'failed'),
        ).toBe(true);
        expect(await outbox.markSent(claimed, { id: '\0 \udc00' })).toBe(true);
        expect(await list()).toMatchObject([{ headline: 'a\ufffdb \ufffd \\u0000 \u{1f600}' }]);
      });

      it('is that it was sent, when it was given up before its sender could record it', async () => {
        const channel = await addChannel();
        await plan(planned(channel));
        const claimed = await claimFirst();
        await expireClaims();
        await database.query(`UPDATE message SET give_up_at = now() - interval '1 hour'`);
        expect(await outbox.sweep()).toBe(1);
        expect(await outbox.markSent(claimed, undefined)).toBe(true);
        expect(await list()).toMatchObject([{ state: 'sent', error: undefined }]);
      });
    });

    describe('failures', () =>
      messageFailuresConformance(() => ({ database, channels, outbox, messages }), {
        ...{ addChannel, planned, plan, claim, claimFirst },
      }));

    it('are listed by submission, run, channel and state, in pages, and removed when they are old', async () => {
      const [ops, qa] = [await addChannel('ops'), await addChannel('qa')];
      await plan(
        planned(ops, { thread: null }),
        planned(qa, { thread: null }),
        planned(qa, { thread: null }),
      );
      const [sent] = await claim({ limits: new Map([[qa.id, 0]]) });
      await outbox.storeContent(sent as ClaimedMessage, { headline: 'h', text: 't\0', facts: {} }, 'failed');
      await outbox.markSent(sent as ClaimedMessage, undefined);
      const ids = async (filter: object) =>
        (await messages.list({ limit: 10, ...filter })).map(({ channel, state }) => `${channel} ${state}`);
      expect(await ids({ submissionId: 7 })).toEqual(['qa waiting', 'qa waiting', 'ops sent']);
      expect(await ids({ submissionId: 8 })).toEqual([]);
      expect(await ids({ runId: 1 })).toEqual([]);
      expect(await ids({ channel: 'ops' })).toEqual(['ops sent']);
      expect(await ids({ state: 'waiting' })).toEqual(['qa waiting', 'qa waiting']);
      const [newest] = await messages.list({ limit: 1 });
      expect(await ids({ before: newest?.id })).toEqual(['qa waiting', 'ops sent']);
      expect(await messages.list({ channel: 'ops', limit: 1 })).toMatchObject([{ headline: 'h' }]);
      expect(await plans.hasMessages(7)).toBe(true);
      expect(await plans.hasMessages(8)).toBe(false);
      expect(await messages.removeOld({ ageMs: 3_600_000, max: 0 }, 100)).toBe(0);
      await database.query(
        `UPDATE message SET created_at = created_at - interval '1 day', ended_at = ended_at - interval '1 day'`,
      );
      await database.query(`UPDATE notice SET at = at - interval '1 day'`);
      expect(await messages.removeOld({ ageMs: 3_600_000, max: 0 }, 100)).toBe(4);
      expect(await ids({})).toEqual(['qa waiting', 'qa waiting']);
    });
  });
}
