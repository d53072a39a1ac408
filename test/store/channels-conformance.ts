import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import { type Database, channels as notifications } from '../../src/store/database/database.ts';
import { type ChannelFields, type Channels, createChannels } from '../../src/store/tables/channels.ts';
import { type Kind, openTestDatabase, type TestDatabase } from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';

/** The behaviour of channels, for every kind of database. */
export function channelsConformance(kind: Kind): void {
  let testDatabase: TestDatabase;
  let database: Database;
  let channels: Channels;
  beforeAll(async () => {
    testDatabase = await openTestDatabase(kind);
    database = testDatabase.database;
    channels = createChannels({ database, secrets: createSecretBox(randomBytes(32)) });
  });
  afterAll(() => testDatabase.close());
  beforeEach(() => testDatabase.clear());

  const fields = (more: Partial<ChannelFields> = {}): ChannelFields => ({
    name: 'ops',
    settings: { url: 'https://example.com/', list: [1, { a: 'ü' }] },
    secrets: { token: 'xoxb-very-secret', password: 'ü"\\' },
    personal: false,
    disabled: undefined,
    ...more,
  });
  const create = (more: Partial<ChannelFields> = {}) =>
    channels.create({ ...fields(more), kind: 'webhook', createdBy: 'ann' });
  const storedOf = async (id: number) =>
    (await database.query<{ secrets: string }>('SELECT secrets FROM channel WHERE id = $1', [id]))[0]
      ?.secrets;

  describe('channels', () => {
    it('are stored with all they have, and found by their name in any form', async () => {
      const created = await create({ name: 'Büro', personal: true });
      expect(created).toEqual({
        ...{ id: expect.any(Number), name: 'Büro', kind: 'webhook', settings: fields().settings },
        ...{ secretNames: ['password', 'token'], personal: true, disabled: undefined, revision: 1 },
        ...{ blockedUntil: undefined, problem: undefined },
        ...{ createdBy: 'ann', createdAt: expect.any(Date), changedBy: 'ann', changedAt: expect.any(Date) },
      });
      expect(await channels.get('BÜRO'.normalize('NFD'))).toEqual(created);
      expect(await channels.list()).toEqual([created]);
      expect(await channels.find(created.id)).toEqual(created);
      await expect(create({ name: 'büro' })).rejects.toMatchObject({ code: 'CHANNEL_EXISTS' });
    });

    it('have their secrets encrypted, for their own row only', async () => {
      const [one, other] = [await create(), await create({ name: 'other', secrets: { token: 'a' } })];
      expect(await channels.readSecrets(one.id)).toEqual(fields().secrets);
      expect(await storedOf(one.id)).toMatch(/^v1:[A-Za-z0-9+/=]+$/);
      expect(JSON.stringify(await channels.list())).not.toContain('very-secret');
      await database.query('UPDATE channel SET secrets = $2 WHERE id = $1', [
        other.id,
        await storedOf(one.id),
      ]);
      await expect(channels.readSecrets(other.id)).rejects.toMatchObject({ code: 'SECRET_KEY_WRONG' });
    });

    it('keep their secrets when a change names none, also with another key, and replace them else', async () => {
      const { id } = await create();
      const stored = await storedOf(id);
      const stranger = createChannels({ database, secrets: createSecretBox(randomBytes(32)) });
      const renamed = await stranger.update('ops', 'bob', () =>
        fields({ name: 'night', secrets: undefined }),
      );
      expect(renamed).toMatchObject({ name: 'night', revision: 2, changedBy: 'bob', createdBy: 'ann' });
      expect(await storedOf(id)).toBe(stored);

      const merged = await channels.update('night', 'bob', (_, readSecrets) =>
        fields({ secrets: { ...readSecrets(), token: 'new' } }),
      );
      expect(merged.secretNames).toEqual(['password', 'token']);
      expect(await channels.readSecrets(id)).toEqual({ password: 'ü"\\', token: 'new' });

      await channels.update('ops', 'bob', () => fields({ secrets: {} }));
      expect(await channels.readSecrets(id)).toEqual({});
      expect(await storedOf(id)).toBeNull();
      await expect(channels.update('night', 'bob', () => fields())).rejects.toMatchObject({
        code: 'CHANNEL_UNKNOWN',
      });
    });

    it('are switched off and on; the first who switches one off is remembered', async () => {
      await create();
      expect(await channels.setDisabled('ops', true, 'bob')).toMatchObject({
        disabled: { since: expect.any(Date), by: 'bob' },
        revision: 2,
      });
      expect(await channels.setDisabled('ops', true, 'eve')).toMatchObject({ disabled: { by: 'bob' } });
      expect(await channels.setDisabled('ops', false, 'eve')).toMatchObject({
        disabled: undefined,
        revision: 3,
      });
    });

    it('wait until the latest time that the receiver named', async () => {
      const { id } = await create();
      const late = new Date('2026-05-04T02:00:00Z');
      for (const time of [new Date('2026-05-04T01:00:00Z'), late, new Date('2026-05-04T01:30:00Z')])
        await channels.block(id, time);
      expect((await channels.get('ops')).blockedUntil).toEqual(late);
      expect((await channels.update('ops', 'bob', () => fields())).blockedUntil).toBeUndefined();
    });

    it('say why the receiver refuses messages, until a user changes them', async () => {
      const first = await create();
      await channels.setProblem(first, 'the token was revoked');
      expect(await channels.get('ops')).toMatchObject({
        problem: 'the token was revoked',
        disabled: undefined,
      });

      const changed = await channels.update('ops', 'bob', () => fields({ secrets: { token: 'new' } }));
      expect(changed.problem).toBeUndefined();
      // An answer to a message that was sent with the old token.
      await channels.setProblem(first, 'the token was revoked');
      expect((await channels.get('ops')).problem).toBeUndefined();

      await channels.setProblem(changed, 'the receiver answered 410 Gone', { gone: true });
      expect(await channels.get('ops')).toMatchObject({
        ...{ problem: 'the receiver answered 410 Gone', disabled: { by: 'matre' } },
      });
      expect(await channels.setDisabled('ops', false, 'bob')).toMatchObject({
        ...{ problem: undefined, disabled: undefined },
      });
    });

    it('are removed, and notify listeners of each change', async () => {
      const payloads: string[] = [];
      onTestFinished(await database.listen(notifications.change, (payload) => payloads.push(payload)));
      const { id } = await create();
      await waitFor(() => payloads.length === 1);
      expect(await channels.remove('OPS')).toMatchObject({ id, name: 'ops' });
      await waitFor(() => payloads.length === 2);
      expect(payloads).toEqual(['channels', 'channels']);
      expect(await channels.find(id)).toBeUndefined();
      await expect(channels.get('ops')).rejects.toMatchObject({ code: 'CHANNEL_UNKNOWN' });
    });
  });
}
