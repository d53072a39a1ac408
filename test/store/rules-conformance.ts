import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import type { Database } from '../../src/store/database/database.ts';
import { createChannels } from '../../src/store/tables/channels.ts';
import {
  createMessageRules,
  type MessageRuleFields,
  type MessageRules,
  moveDigest,
} from '../../src/store/tables/message-rules.ts';
import { createMessageTemplates } from '../../src/store/tables/message-templates.ts';
import { type Kind, openTestDatabase, type TestDatabase } from '../support/database.ts';

/** The behaviour of rules, subscriptions and templates of messages, for every kind of database. */
export function rulesConformance(kind: Kind): void {
  let testDatabase: TestDatabase;
  let database: Database;
  let rules: MessageRules;
  let channelId: number;
  beforeAll(async () => {
    testDatabase = await openTestDatabase(kind);
    database = testDatabase.database;
    rules = createMessageRules({ database });
  });
  afterAll(() => testDatabase.close());
  beforeEach(async () => {
    await testDatabase.clear();
    await database.query('DELETE FROM account');
    const channels = createChannels({ database, secrets: createSecretBox(randomBytes(32)) });
    const shared = { settings: {}, secrets: undefined, disabled: undefined, createdBy: 'ann' };
    ({ id: channelId } = await channels.create({ ...shared, name: 'ops', kind: 'webhook', personal: true }));
  });

  const conditions = { environments: ['us*'], schedules: ['Nächtlich'], saved: [], branches: [] };
  const fields = (more: Partial<MessageRuleFields> = {}): MessageRuleFields => ({
    channelId,
    recipients: ['ops@example.com'],
    conditions: { ...conditions, requesters: ['ann'], alerts: ['disk'] },
    occasions: ['failed', 'recovery'],
    quietHours: { from: '22:00', until: '07:00', zone: 'Europe/Berlin' },
    digest: { period: 'weekly', at: '08:00', zone: 'Europe/Berlin', weekday: 1 },
    digestAt: new Date('2026-11-30T07:00:00Z'),
    disabled: undefined,
    ...more,
  });
  const create = (name: string, more: Partial<MessageRuleFields> = {}) =>
    rules.create({ ...fields(more), name, createdBy: 'ann' });
  const addUser = async (name: string) => {
    const [row] = await database.query<{ id: number }>(
      `INSERT INTO account (name, name_key, role, password) VALUES ($1, $1, 'viewer', 'x') RETURNING id`,
      [name],
    );
    return (row as { id: number }).id;
  };

  describe('rules of messages', () => {
    it('are stored with all they have, and read by their name in any form', async () => {
      const { channelId: _, ...stored } = fields();
      const rule = await create('Büro');
      expect(rule).toEqual({
        ...stored,
        ...{
          id: expect.any(Number),
          name: 'Büro',
          channel: { id: channelId, name: 'ops' },
          owner: undefined,
        },
        ...{ createdBy: 'ann', createdAt: expect.any(Date), changedBy: 'ann', changedAt: expect.any(Date) },
      });
      expect(await rules.get('BÜRO'.normalize('NFD'))).toEqual(rule);
      await expect(create('büro')).rejects.toMatchObject({ code: 'RULE_EXISTS' });
      await expect(create('other', { channelId: 12345 })).rejects.toMatchObject({ code: 'CHANNEL_UNKNOWN' });
    });

    it('are changed, switched off and removed', async () => {
      const rule = await create('night');
      const changed = await rules.update('night', 'bob', () => ({
        ...fields({ quietHours: undefined, digest: undefined, digestAt: undefined }),
        ...{ name: 'day', disabled: { since: new Date(5_000), by: 'bob' } },
      }));
      expect(changed).toMatchObject({
        ...{ id: rule.id, name: 'day', quietHours: undefined, digest: undefined, changedBy: 'bob' },
        disabled: { since: new Date(5_000), by: 'bob' },
      });
      await rules.remove('day');
      expect(await rules.list({ subscriptions: true })).toEqual([]);
      await expect(rules.get('day')).rejects.toMatchObject({ code: 'RULE_UNKNOWN' });
    });

    it('are removed with their channel', async () => {
      await create('night');
      await database.query('DELETE FROM channel');
      expect(await rules.list({ subscriptions: true })).toEqual([]);
    });

    it('have a subscription for each user and channel, which the user replaces and which goes with the user', async () => {
      const userId = await addUser('eve');
      await rules.subscribe(userId, 'eve', { ...fields(), ownOnly: true });
      await rules.subscribe(userId, 'eve', { ...fields({ occasions: ['broken'] }), ownOnly: false });
      expect(await rules.subscriptionsOf(userId)).toMatchObject([
        { name: undefined, occasions: ['broken'], owner: { id: userId, name: 'eve', ownOnly: false } },
      ]);
      expect(await rules.list({ subscriptions: false })).toEqual([]);
      await rules.unsubscribe(userId, { id: channelId, name: 'ops' });
      await expect(rules.unsubscribe(userId, { id: channelId, name: 'ops' })).rejects.toMatchObject({
        code: 'SUBSCRIPTION_UNKNOWN',
      });
      await rules.subscribe(userId, 'eve', { ...fields(), ownOnly: true });
      await database.query('DELETE FROM account');
      expect(await rules.list({ subscriptions: true })).toEqual([]);
    });

    it('have a digest for each time, however many processes make it', async () => {
      const { id } = await create('night');
      const due = new Date('2026-11-30T07:00:00Z');
      const next = new Date('2026-12-07T07:00:00Z');
      expect(await rules.dueDigests(new Date(Number(due) - 1))).toEqual([]);
      expect(await rules.dueDigests(due)).toMatchObject([{ id }]);
      const moves = await Promise.all(
        Array.from({ length: 5 }, () =>
          database.transaction((transaction) => moveDigest(transaction, id, due, next)),
        ),
      );
      expect(moves.filter(Boolean)).toHaveLength(1);
      expect(await rules.dueDigests(due)).toEqual([]);
    });
  });

  describe('templates of messages', () => {
    it('are stored by kind and outcome, replaced and reset', async () => {
      const templates = createMessageTemplates({ database });
      const template = { channelKind: 'email', outcome: 'failed', source: 'ü {{ a }}', changedBy: 'ann' };
      await templates.set({ ...template, source: 'old' });
      await templates.set(template);
      const stored = { ...template, changedAt: expect.any(Date) };
      expect(await templates.find('email', 'failed')).toEqual(stored);
      expect(await templates.list()).toEqual([stored]);
      await templates.reset('email', 'failed');
      expect(await templates.find('email', 'failed')).toBeUndefined();
    });
  });
}
