import { expect, it } from 'vitest';
import { createLog } from '../log.ts';
import { createHeartbeat } from './heartbeat.ts';

function createRequests() {
  const pending: { resolve(answer: { status: number }): void; reject(error: Error): void }[] = [];
  return {
    pending,
    request: () =>
      new Promise<{ status: number }>((resolve, reject) => {
        pending.push({ resolve, reject });
      }),
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('sends one request at a time, and another after each look', async () => {
  const { pending, request } = createRequests();
  const heartbeat = createHeartbeat({ request, log: createLog({ level: 'silent' }) });
  heartbeat();
  heartbeat();
  expect(pending).toHaveLength(1);
  pending[0]?.resolve({ status: 200 });
  await turn();
  heartbeat();
  expect(pending).toHaveLength(2);
});

it('logs once that the service is away, also when it refuses, and once that it is back', async () => {
  const lines: string[] = [];
  const log = createLog({ level: 'silent' });
  log.warn = ((_fields: object, message: string) => void lines.push(message)) as typeof log.warn;
  log.info = ((message: string) => void lines.push(message)) as typeof log.info;
  const { pending, request } = createRequests();
  const heartbeat = createHeartbeat({ request, log });
  for (const settle of [
    () => pending.at(-1)?.reject(new Error('away')),
    () => pending.at(-1)?.resolve({ status: 404 }),
    () => pending.at(-1)?.resolve({ status: 200 }),
    () => pending.at(-1)?.resolve({ status: 200 }),
  ]) {
    heartbeat();
    settle();
    await turn();
  }
  expect(lines).toEqual([
    'The service of MATRE_HEARTBEAT_URL does not answer',
    'The service of MATRE_HEARTBEAT_URL answers again',
  ]);
});
