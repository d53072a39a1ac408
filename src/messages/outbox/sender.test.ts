import { expect, it } from 'vitest';
import { createLog } from '../../log.ts';
import type { ClaimedMessage, Outbox } from '../../store/tables/outbox.ts';
import type { Prepared } from './attempt.ts';
import { createSender, type SenderSettings } from './sender.ts';

const message = {
  ...{
    id: 7,
    key: 'k',
    token: 't',
    notice: undefined,
    channelId: 1,
    recipient: undefined,
    isPersonal: false,
    purpose: 'post',
  },
  ...{ outcome: 'failed', thread: undefined, attempts: 1, content: undefined, createdAt: new Date(0) },
} as const satisfies ClaimedMessage;

/** What the outbox records of one attempt. */
async function send(
  prepare: () => Promise<Prepared>,
  settings: Partial<SenderSettings>,
): Promise<unknown[][]> {
  const calls: unknown[][] = [];
  const outbox = new Proxy({} as Outbox, {
    get: (_, name: string) =>
      name === 'claim'
        ? async () => [message]
        : async (_message: unknown, ...rest: unknown[]) => {
            calls.push([name, ...rest]);
            return true;
          },
  });
  const sender = createSender({
    ...{ outbox, prepare, settings, log: createLog({ level: 'silent' }) },
    onAnswer: async () => undefined,
    onIdle: () => undefined,
  });
  await sender.claim();
  await sender.finish(10_000);
  return calls;
}

const never = () => new Promise<never>(() => undefined);

it('leaves a message to a later claim when it could not be prepared in time, because nothing was sent', async () => {
  expect(await send(never, { leaseMs: 40 })).toEqual([['release', { begun: false }]]);
});

it('hands over nothing that was prepared too late', async () => {
  let delivered = 0;
  let finishPreparing: (prepared: Prepared) => void = () => undefined;
  const preparing = new Promise<Prepared>((resolve) => {
    finishPreparing = resolve;
  });
  const calls = await send(() => preparing, { leaseMs: 40 });
  finishPreparing({
    kind: 'ready',
    async deliver() {
      delivered += 1;
      return { kind: 'sent', remote: undefined };
    },
  });
  await new Promise(setImmediate);
  expect([calls, delivered]).toEqual([[['release', { begun: false }]], 0]);
});

it('aborts an attempt that the channel does not answer, and sends the message again later', async () => {
  let isAborted = false;
  const deliver = (signal: AbortSignal) =>
    new Promise<never>(() => {
      signal.addEventListener('abort', () => {
        isAborted = true;
      });
    });
  const [failed] = await send(async () => ({ kind: 'ready', deliver }), { attemptMs: 10 });
  expect(failed).toMatchObject(['markFailed', { code: 'CHANNEL_UNREACHABLE', permanent: false }]);
  expect(isAborted).toBe(true);
});
