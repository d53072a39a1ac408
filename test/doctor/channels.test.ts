import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import type { CheckContext } from '../../src/doctor/check-context.ts';
import { channelsRefused } from '../../src/doctor/checks/channels-refused.ts';
import { createChannels } from '../../src/store/tables/channels.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';

let testDatabase: TestDatabase;
beforeAll(async () => {
  testDatabase = await openTestDatabase('embedded');
});
afterAll(() => testDatabase.close());

const runCheck = (publicUrl: string | undefined = 'https://matre.example.com') =>
  channelsRefused.run({ database: testDatabase.database, config: { server: { publicUrl } } } as CheckContext);

it('names a channel whose receiver refuses messages, and says when messages have no links', async () => {
  const channels = createChannels({
    database: testDatabase.database,
    secrets: createSecretBox(randomBytes(32)),
  });
  const unset = { settings: {}, secrets: undefined, personal: false, disabled: undefined, createdBy: 'ann' };
  expect(await runCheck('')).toMatchObject([{ status: 'ok' }]);
  const channel = await channels.create({ name: 'night ops', kind: 'webhook', ...unset });
  expect(await runCheck()).toMatchObject([{ status: 'ok' }]);

  await channels.setProblem(channel, 'example.com refuses the token (HTTP 403).');
  expect(await runCheck()).toMatchObject([
    {
      ...{ status: 'problem', code: 'CHANNEL_REFUSED', about: 'night ops' },
      message: 'Channel night ops accepts no messages: example.com refuses the token (HTTP 403).',
      remedy: 'matre channel edit "night ops", then matre channel test "night ops"',
    },
  ]);
  await channels.setProblem(channel, 'example.com wants no more messages (HTTP 410).', { gone: true });
  expect(await runCheck()).toMatchObject([
    { message: expect.stringContaining('and was switched off by matre: example.com wants no more messages') },
  ]);

  await channels.setDisabled('night ops', false, 'ann');
  expect(await runCheck()).toMatchObject([{ status: 'ok' }]);
  const withoutAddress = { database: testDatabase.database, config: { server: {} } } as CheckContext;
  expect(await channelsRefused.run(withoutAddress)).toMatchObject([
    { status: 'warning', code: 'CHANNEL_WITHOUT_LINKS' },
  ]);
});
