import { randomUUID } from 'node:crypto';
import { beforeEach, expect, it } from 'vitest';
import type { Channel } from '../../src/model/channel.ts';
import type { PlannedMessage } from '../../src/model/message.ts';
import type { Database } from '../../src/store/database/database.ts';
import type { Channels } from '../../src/store/tables/channels.ts';
import { createMessageRules } from '../../src/store/tables/message-rules.ts';
import type { Messages } from '../../src/store/tables/messages.ts';
import { type ClaimedMessage, createOutbox, type Outbox } from '../../src/store/tables/outbox.ts';

/** What becomes of messages that cannot be sent. */
export function messageFailuresConformance(
  opened: () => { database: Database; channels: Channels; outbox: Outbox; messages: Messages },
  tools: {
    addChannel(name?: string): Promise<Channel>;
    planned(channel: Channel, more?: Partial<PlannedMessage>): PlannedMessage;
    plan(...each: PlannedMessage[]): Promise<void>;
    claim(): Promise<ClaimedMessage[]>;
    claimFirst(): Promise<ClaimedMessage>;
  },
): void {
  let { database, channels, outbox, messages } = opened();
  beforeEach(() => {
    ({ database, channels, outbox, messages } = opened());
  });

  const { addChannel, planned, plan, claim, claimFirst } = tools;
  const list = () => messages.list({ limit: 100 });
  const failure = { code: 'X', message: 'away', permanent: false, delayMs: 0 };

  it('cost a claim as little for one that waits as for thousands', async () => {
    const channel = await addChannel();
    await plan(planned(channel));
    await database.query(
      // Long ones: of a table with few pages all are read, since that is quicker.
      `INSERT INTO message (channel_id, channel_name, purpose, thread, reason)
       SELECT $1, 'ops', 'post', 'submission/' || number, repeat('because ', 100) FROM generate_series(1001, 3000) AS number`,
      [channel.id],
    );
    /** How many rows of messages a claim of so many reads. */
    const readBy = (limit: number): Promise<number> =>
      database.transaction(async (transaction) => {
        const count = async () => {
          const [row] = await transaction.query<{ read: number }>(
            `SELECT coalesce(idx_tup_fetch, 0) + seq_tup_read AS read FROM pg_stat_xact_user_tables WHERE relname = 'message'`,
          );
          return row?.read ?? 0;
        };
        const before = await count();
        const own = createOutbox({ database: { ...database, query: transaction.query } });
        const options = { leaseMs: 60_000, limits: new Map(), takeOver: true, graceMs: 0 };
        expect(await own.claim({ token: randomUUID(), limit, ...options })).toHaveLength(limit);
        return (await count()) - before;
      });
    // Without statistics, as when a channel has been away for some seconds, and with them.
    expect(await readBy(4)).toBeLessThan(40);
    await database.script('ANALYZE message');
    expect(await readBy(4)).toBeLessThan(40);
  });

  it('leave the message waiting with their reason, and block the channel when it said so', async () => {
    const channel = await addChannel();
    await plan(planned(channel));
    await outbox.markFailed(await claimFirst(), { ...failure, blockMs: 60_000 });
    expect(await list()).toMatchObject([
      { state: 'waiting', error: { code: 'X', message: 'away', permanent: false } },
    ]);
    expect((await channels.get('ops')).blockedUntil?.getTime()).toBeGreaterThan(Date.now() + 30_000);
    const { dueAt } = (await list())[0] ?? {};
    expect(dueAt).toEqual((await channels.get('ops')).blockedUntil);
    const due = (await outbox.nextDueMs()) ?? 0;
    expect(due).toBeGreaterThan(30_000);
    expect((await messages.channelSummaries()).get(channel.id)).toMatchObject({
      waiting: 1,
      lastSentAt: undefined,
      lastError: { code: 'X', message: 'away' },
    });
  });

  it('do not block a channel that was changed during the attempt', async () => {
    await plan(planned(await addChannel()));
    const claimed = await claimFirst();
    await channels.update('ops', 'bob', (current) => ({ ...current, secrets: undefined }));
    await outbox.markFailed(claimed, { ...failure, blockMs: 60_000 });
    expect((await channels.get('ops')).blockedUntil).toBeUndefined();
  });

  it('end in giving up after a day, with a last attempt at its end', async () => {
    const channel = await addChannel();
    await plan(planned(channel));
    await database.query(`UPDATE message SET give_up_at = now() + interval '1 hour'`);
    await outbox.markFailed(await claimFirst(), { ...failure, delayMs: 86_400_000 });
    const hour = (await outbox.nextDueMs()) ?? 0;
    expect(hour).toBeLessThan(3_600_001);
    await database.query('UPDATE message SET give_up_at = now(), due_at = now()');
    await outbox.markFailed(await claimFirst(), failure);
    expect(await list()).toMatchObject([{ state: 'given-up', attempts: 2, error: { code: 'X' } }]);
  });

  it('that wait for an absent channel are due at once when it works again, but not those that it refuses', async () => {
    const channel = await addChannel();
    await plan(planned(channel, { thread: null }), planned(channel, { thread: null }));
    const [one, other] = (await claim()) as [ClaimedMessage, ClaimedMessage];
    const failed = { ...failure, delayMs: 600_000 };
    await outbox.markFailed(one, { ...failed, code: 'CHANNEL_UNREACHABLE' });
    await outbox.markFailed(other, { ...failed, code: 'MESSAGE_REFUSED', permanent: true });
    expect(await claim()).toEqual([]);
    await outbox.hasten(channel.id);
    expect((await claim()).map(({ id }) => id)).toEqual([one.id]);
  });

  it('are none when a subscriber has gone before, unless another rule names the address', async () => {
    const channel = await addChannel();
    const rules = createMessageRules({ database });
    const [user] = await database.query<{ id: number }>(
      `INSERT INTO account (name, name_key, role, password) VALUES ('eve', 'eve', 'viewer', 'x') RETURNING id`,
    );
    const fields = {
      ...{ channelId: channel.id, recipients: ['eve@example.com'], occasions: ['failed' as const] },
      ...{ quietHours: undefined, digest: undefined, digestAt: undefined, disabled: undefined },
      conditions: { environments: [], schedules: [], saved: [], branches: [], requesters: [], alerts: [] },
    };
    const { id: ruleId } = await rules.subscribe(user?.id ?? 0, 'eve', { ...fields, ownOnly: true });
    await plan(planned(channel, { ruleId, rule: null, recipient: 'eve@example.com' }));
    const claimed = await claimFirst();
    expect([claimed.isPersonal, await outbox.hasSubscriber(claimed)]).toEqual([true, true]);
    await database.query('DELETE FROM account');
    expect(await outbox.hasSubscriber(claimed)).toBe(false);
    await rules.create({ ...fields, recipients: ['Eve@example.com'], name: 'qa', createdBy: 'ann' });
    expect(await outbox.hasSubscriber(claimed)).toBe(true);
  });

  it('are retried by users: a message that waits or was given up, not one that ended', async () => {
    const channel = await addChannel();
    await plan(planned(channel));
    const first = await claimFirst();
    await outbox.markFailed(first, { ...failure, delayMs: 600_000 });
    expect(await messages.retry(first.id)).toMatchObject({
      id: first.id,
      key: first.key,
      state: 'waiting',
    });
    await database.query('UPDATE message SET give_up_at = now()');
    await outbox.markFailed(await claimFirst(), failure);
    await messages.retry(first.id);
    await outbox.markSent(await claimFirst(), undefined);
    await expect(messages.retry(first.id)).rejects.toMatchObject({ code: 'MESSAGE_ENDED' });
    await expect(messages.retry(99_999)).rejects.toMatchObject({ code: 'MESSAGE_UNKNOWN' });
  });

  it('of disabled and removed channels end by a sweep', async () => {
    const [ops, qa] = [await addChannel('ops'), await addChannel('qa')];
    await plan(planned(ops), planned(qa));
    await channels.remove('qa');
    await channels.setDisabled('ops', true, 'ann');
    expect(await outbox.sweep()).toBe(0);
    expect(await list()).toMatchObject([
      { state: 'dropped', channel: 'qa', error: { code: 'CHANNEL_REMOVED' } },
      { state: 'waiting', channel: 'ops' },
    ]);
    await database.query(`UPDATE message SET give_up_at = now() - interval '1 hour'`);
    expect(await outbox.sweep()).toBe(1);
    expect((await list())[1]).toMatchObject({
      state: 'given-up',
      error: { code: 'CHANNEL_UNAVAILABLE' },
    });
  });
}
