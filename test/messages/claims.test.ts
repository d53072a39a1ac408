import { randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import { createChannels } from '../../src/store/tables/channels.ts';
import { createMessagePlans } from '../../src/store/tables/message-plans.ts';
import { insertNotice, readUnplanned } from '../../src/store/tables/notices.ts';
import { type ClaimedMessage, createOutbox } from '../../src/store/tables/outbox.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';

/** What happens next, in one of two processes. */
type Step =
  | { kind: 'claim'; process: 0 | 1 }
  /** The attempt that `pick` chooses reaches the channel, and is recorded unless its process dies first. */
  | { kind: 'accept'; pick: number; dies: boolean }
  | { kind: 'refuse'; pick: number; permanent: boolean }
  /** All claims run out. */
  | { kind: 'expire' }
  | { kind: 'plan'; thread: number };

const pick = fc.nat({ max: 7 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('claim' as const),
      process: fc.constantFrom(0 as const, 1 as const),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('accept' as const), pick, dies: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('refuse' as const), pick, permanent: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('expire' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('plan' as const), thread: fc.nat({ max: 3 }) }) },
);

let testDatabase: TestDatabase;
beforeAll(async () => {
  testDatabase = await openTestDatabase('postgres');
});
afterAll(() => testDatabase.close());

it('invariant 11: every message arrives, in the order of its thread, and twice only when its sender died in between', {
  timeout: 240_000,
}, async () => {
  const { database } = testDatabase;
  const outbox = createOutbox({ database });
  const plans = createMessagePlans({ database });
  const channels = createChannels({ database, secrets: createSecretBox(randomBytes(32)) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      await testDatabase.clear();
      const channel = await channels.create({
        ...{ name: 'ops', kind: 'webhook', settings: {}, secrets: {}, personal: false, disabled: undefined },
        createdBy: 'ann',
      });
      const threads = new Map<string, number[]>();
      /** Message by message, how often the channel accepted it, and how often its sender died after that. */
      const accepted = new Map<number, number>();
      const deaths = new Map<number, number>();
      const arrivals: { thread: string; id: number }[] = [];
      let attempts: ClaimedMessage[] = [];

      const plan = async (number: number): Promise<void> => {
        const thread = `submission/${number}`;
        await insertNotice(database, { kind: 'submission-finished', submissionId: number });
        for (const notice of await readUnplanned(database, 10)) {
          const message = {
            channelId: channel.id,
            ruleId: 1,
            rule: 'r',
            recipient: null,
            purpose: 'post' as const,
          };
          const rest = { thread, outcome: 'failed', dueAt: new Date(0), reason: '' };
          await plans.store(notice, { messages: [{ ...message, ...rest }], notSent: [] }, ({ purpose }) => ({
            kind: 'insert',
            purpose,
          }));
        }
        const [row] = await database.query<{ id: number }>('SELECT max(id) AS id FROM message');
        threads.set(thread, [...(threads.get(thread) ?? []), row?.id ?? 0]);
      };
      const claim = async (): Promise<void> => {
        const claimed = await outbox.claim({
          ...{
            token: randomUUID(),
            leaseMs: 600_000,
            limit: 3,
            limits: new Map(),
            takeOver: true,
            graceMs: 0,
          },
        });
        for (const { thread } of claimed) {
          const others = attempts.filter((each) => each.thread === thread);
          expect(others, 'one attempt of a thread at a time').toEqual([]);
        }
        attempts.push(...claimed);
      };
      const take = (index: number): ClaimedMessage | undefined => {
        const [taken] = attempts.splice(index % Math.max(1, attempts.length), 1);
        return taken;
      };
      const accept = async (index: number, dies: boolean): Promise<void> => {
        const message = take(index);
        if (!message) return;
        accepted.set(message.id, (accepted.get(message.id) ?? 0) + 1);
        arrivals.push({ thread: message.thread ?? '', id: message.id });
        if (dies) deaths.set(message.id, (deaths.get(message.id) ?? 0) + 1);
        else expect(await outbox.markSent(message, { id: message.id })).toBe(true);
      };

      for (const each of steps) {
        if (each.kind === 'plan') await plan(each.thread);
        else if (each.kind === 'claim') await claim();
        else if (each.kind === 'accept') await accept(each.pick, each.dies);
        else if (each.kind === 'expire') {
          await database.query(`UPDATE message SET claimed_until = now() WHERE claimed_until IS NOT NULL`);
          // Their processes are dead, so nothing of these attempts follows.
          attempts = [];
        } else {
          const message = take(each.pick);
          const failure = { code: 'X', message: 'no', permanent: each.permanent, delayMs: 0 };
          if (message) await outbox.markFailed(message, failure);
        }
      }
      // In the end the channel accepts everything.
      await database.query(`UPDATE message SET claimed_until = now() WHERE claimed_until IS NOT NULL`);
      attempts = [];
      for (let round = 0; round < 100; round += 1) {
        await claim();
        if (attempts.length === 0) break;
        while (attempts.length > 0) await accept(0, false);
      }

      const [rest] = await database.query<{ count: number }>(
        `SELECT count(*) FROM message WHERE state <> 'sent'`,
      );
      expect(rest?.count).toBe(0);
      for (const [thread, ids] of threads) {
        const order = arrivals.filter((arrival) => arrival.thread === thread).map(({ id }) => id);
        expect([...new Set(order)]).toEqual(ids);
        expect(order).toEqual([...order].sort((one, other) => one - other));
        for (const id of ids) expect(accepted.get(id)).toBe(1 + (deaths.get(id) ?? 0));
      }
    }),
    { numRuns: 40 },
  );
});
