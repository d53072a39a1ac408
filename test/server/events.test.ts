import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import fastify from 'fastify';
import { validatorCompiler } from 'fastify-type-provider-zod';
import { afterEach, describe, expect, it } from 'vitest';
import type { ServerChange } from '../../src/server/events/changes.ts';
import { mountEvents } from '../../src/server/events/events.ts';
import { waitFor } from '../support/wait-for.ts';

type Listener = (change: ServerChange) => void;

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A server with nothing but events; `notifyRun` notifies of a run like the database. */
async function serve(options: Partial<Parameters<typeof mountEvents>[2]> = {}) {
  const server = fastify({ forceCloseConnections: true });
  server.setValidatorCompiler(validatorCompiler);
  const listeners: Listener[] = [];
  const changes = {
    on(callback: Listener) {
      listeners.push(callback);
      return () => {};
    },
  };
  mountEvents(server, changes, { isValid: async () => true, ...options });
  await server.listen({ host: '127.0.0.1', port: 0 });
  closers.push(() => server.close());
  const { port } = server.server.address() as AddressInfo;
  const notifyAll = (change: ServerChange) => {
    for (const callback of listeners) callback(change);
  };
  return {
    port,
    listeners,
    notifyAll,
    notifyRun: (id: number | undefined) =>
      notifyAll(id === undefined ? { event: 'reload', data: '' } : { event: 'run', data: String(id) }),
    connections: () =>
      new Promise<number>((resolve) => server.server.getConnections((_error, count) => resolve(count))),
  };
}

/** Reads from the start; `leave` closes the connection. */
async function listen(port: number, lastId?: string, query = '') {
  const stop = new AbortController();
  const response = await fetch(`http://127.0.0.1:${port}/api/events${query}`, {
    signal: stop.signal,
    headers: lastId === undefined ? {} : { 'last-event-id': lastId },
  });
  const stream = { text: '', ended: false, leave: () => stop.abort(), lastId: () => '' };
  stream.lastId = () => [...stream.text.matchAll(/^id: (.+)$/gm)].at(-1)?.[1] ?? '';
  void (async () => {
    for await (const chunk of response.body ?? []) stream.text += Buffer.from(chunk).toString();
    stream.ended = true;
  })().catch(() => undefined);
  closers.push(stream.leave);
  return stream;
}

const runsIn = (text: string) => [...text.matchAll(/event: run\ndata: (\d+)/g)].map(([, id]) => Number(id));

describe('live events', () => {
  it('reach all listeners through one listener of the database', async () => {
    const { port, notifyRun, listeners: databaseListeners } = await serve();
    const listeners = await Promise.all([listen(port), listen(port), listen(port)]);
    await waitFor(() => listeners.every(({ text }) => text.includes('event: reload\ndata:\n\n')));
    notifyRun(7);
    await waitFor(() => listeners.every(({ text }) => text.endsWith('event: run\ndata: 7\n\n')));
    expect(databaseListeners).toHaveLength(1);
  });

  it('continue where a listener left off', async () => {
    const { port, notifyRun } = await serve();
    const first = await listen(port);
    await waitFor(() => first.text.includes('reload'));
    notifyRun(1);
    await waitFor(() => runsIn(first.text).length === 1);
    first.leave();
    notifyRun(2);
    notifyRun(3);
    const reconnection = await listen(port, first.lastId());
    notifyRun(4);
    await waitFor(() => runsIn(reconnection.text).length === 3);
    expect(runsIn(reconnection.text)).toEqual([2, 3, 4]);
    expect(reconnection.text).not.toContain('reload');
  });

  it('can be limited to one run, also after a reconnection', async () => {
    const { port, notifyRun, notifyAll } = await serve();
    const first = await listen(port, undefined, '?run=2');
    const all = await listen(port);
    await waitFor(() => first.text.includes('reload') && all.text.includes('reload'));
    for (const id of [1, 2, 3]) notifyRun(id);
    notifyAll({ event: 'environment', data: '7' });
    notifyAll({ event: 'workers', data: '' });
    await waitFor(() => all.text.endsWith('event: workers\ndata:\n\n'));
    expect(runsIn(all.text)).toEqual([1, 2, 3]);
    expect(all.text).toContain('event: environment\ndata: 7\n\n');
    expect(first.text).not.toMatch(/workers|environment/);
    expect(runsIn(first.text)).toEqual([2]);
    first.leave();
    notifyRun(4);
    notifyRun(2);
    const reconnection = await listen(port, first.lastId(), '?run=2');
    await waitFor(() => runsIn(reconnection.text).length === 1);
    expect(reconnection.text).not.toContain('reload');
  });

  it('request a reload when a listener or the database was disconnected for too long', async () => {
    const { port, notifyRun } = await serve({ maxEvents: 2 });
    const first = await listen(port);
    await waitFor(() => first.text.includes('reload'));
    first.leave();
    for (const id of [1, 2, 3]) notifyRun(id);
    const reconnection = await listen(port, first.lastId());
    await waitFor(() => reconnection.text.includes('event: reload'));
    notifyRun(undefined);
    await waitFor(() => reconnection.text.split('event: reload').length === 3);
    expect(runsIn(reconnection.text)).toEqual([]);
  });

  it('include heartbeats, so that no proxy takes the connection for dead', async () => {
    const { port } = await serve({ heartbeatMs: 20 });
    const listener = await listen(port);
    await waitFor(() => listener.text.includes('\n\n: beat\n\n: beat\n\n'));
  });

  it('end for a listener whose access is revoked, and for no other', async () => {
    let isRevoked = false;
    const { port, notifyRun } = await serve({
      heartbeatMs: 20,
      isValid: async ({ headers }) => !(isRevoked && headers['last-event-id'] === 'gone'),
    });
    const [revoked, active] = [await listen(port, 'gone'), await listen(port, 'stays')];
    isRevoked = true;
    await waitFor(() => revoked.ended);
    notifyRun(7);
    await waitFor(() => runsIn(active.text).includes(7));
    expect(active.ended).toBe(false);
  });

  it('end for a listener whose access is revoked even when it does not read', async () => {
    let isRevoked = false;
    const { port, notifyAll, connections } = await serve({
      heartbeatMs: 20,
      unreadLimitBytes: Number.POSITIVE_INFINITY,
      isValid: async ({ headers }) => !(isRevoked && headers['last-event-id'] === 'gone'),
    });
    const slowClient = connect(port, '127.0.0.1');
    closers.push(() => slowClient.destroy());
    slowClient.pause();
    slowClient.on('error', () => undefined);
    slowClient.write('GET /api/events HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: gone\r\n\r\n');
    const reader = await listen(port);
    await waitFor(async () => reader.text.includes('reload') && (await connections()) === 2);
    // The system buffers some megabytes for a listener that does not read.
    for (let each = 0; each < 32; each += 1)
      notifyAll({ event: 'environment', data: 'x'.repeat(1024 * 1024) });
    notifyAll({ event: 'environment', data: 'last' });
    await waitFor(() => reader.text.includes('data: last\n\n'));
    isRevoked = true;
    await waitFor(async () => (await connections()) === 1);
    expect(reader.ended).toBe(false);
  });

  it('do not wait for a listener that does not read: it is disconnected, the others receive all events', async () => {
    const { port, notifyRun, connections } = await serve({ unreadLimitBytes: 512 * 1024 });
    const slowClient = connect(port, '127.0.0.1');
    closers.push(() => slowClient.destroy());
    await once(slowClient, 'connect');
    slowClient.pause();
    slowClient.on('error', () => undefined);
    slowClient.write('GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const reader = await listen(port);
    await waitFor(async () => reader.text.includes('reload') && (await connections()) === 2);
    let last = 0;
    await waitFor(async () => {
      // The system buffers some megabytes for a listener that does not read. A portion is 200 kB, below the limit, so that the one
      // that reads is not disconnected on a busy machine.
      for (let each = 0; each < 5_000; each += 1) notifyRun(++last);
      await waitFor(() => reader.text.endsWith(`data: ${last}\n\n`));
      return (await connections()) === 1;
    });
    expect(runsIn(reader.text)).toHaveLength(last);
  });
});
