import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import fastify from 'fastify';
import { validatorCompiler } from 'fastify-type-provider-zod';
import { afterEach, describe, expect, it } from 'vitest';
import type { ServerChange } from '../../src/server/events/changes.ts';
import { mountEvents } from '../../src/server/events/events.ts';
import { waitFor } from '../support/wait-for.ts';

type Told = (change: ServerChange) => void;

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A server with nothing but events; `tell` is the database that tells of a run. */
async function serve(options: Partial<Parameters<typeof mountEvents>[2]> = {}) {
  const server = fastify({ forceCloseConnections: true });
  server.setValidatorCompiler(validatorCompiler);
  const told: Told[] = [];
  const changes = {
    on(callback: Told) {
      told.push(callback);
      return () => {};
    },
  };
  mountEvents(server, changes, { isValid: async () => true, ...options });
  await server.listen({ host: '127.0.0.1', port: 0 });
  closers.push(() => server.close());
  const { port } = server.server.address() as AddressInfo;
  const tellAll = (change: ServerChange) => {
    for (const callback of told) callback(change);
  };
  return {
    port,
    told,
    tellAll,
    tell: (id: number | undefined) =>
      tellAll(id === undefined ? { event: 'reload', data: '' } : { event: 'run', data: String(id) }),
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
  const heard = { text: '', ended: false, leave: () => stop.abort(), lastId: () => '' };
  heard.lastId = () => [...heard.text.matchAll(/^id: (.+)$/gm)].at(-1)?.[1] ?? '';
  void (async () => {
    for await (const chunk of response.body ?? []) heard.text += Buffer.from(chunk).toString();
    heard.ended = true;
  })().catch(() => undefined);
  closers.push(heard.leave);
  return heard;
}

const runsIn = (text: string) => [...text.matchAll(/event: run\ndata: (\d+)/g)].map(([, id]) => Number(id));

describe('live events', () => {
  it('go to all listeners, of one listener of the database', async () => {
    const { port, tell, told } = await serve();
    const listeners = await Promise.all([listen(port), listen(port), listen(port)]);
    await waitFor(() => listeners.every(({ text }) => text.includes('event: reload\ndata:\n\n')));
    tell(7);
    await waitFor(() => listeners.every(({ text }) => text.endsWith('event: run\ndata: 7\n\n')));
    expect(told).toHaveLength(1);
  });

  it('go on where a listener left', async () => {
    const { port, tell } = await serve();
    const first = await listen(port);
    await waitFor(() => first.text.includes('reload'));
    tell(1);
    await waitFor(() => runsIn(first.text).length === 1);
    first.leave();
    tell(2);
    tell(3);
    const back = await listen(port, first.lastId());
    tell(4);
    await waitFor(() => runsIn(back.text).length === 3);
    expect(runsIn(back.text)).toEqual([2, 3, 4]);
    expect(back.text).not.toContain('reload');
  });

  it('are those of one run where only that is asked for, also after coming back', async () => {
    const { port, tell, tellAll } = await serve();
    const first = await listen(port, undefined, '?run=2');
    const all = await listen(port);
    await waitFor(() => first.text.includes('reload') && all.text.includes('reload'));
    for (const id of [1, 2, 3]) tell(id);
    tellAll({ event: 'environment', data: '7' });
    tellAll({ event: 'workers', data: '' });
    await waitFor(() => all.text.endsWith('event: workers\ndata:\n\n'));
    expect(runsIn(all.text)).toEqual([1, 2, 3]);
    expect(all.text).toContain('event: environment\ndata: 7\n\n');
    expect(first.text).not.toMatch(/workers|environment/);
    expect(runsIn(first.text)).toEqual([2]);
    first.leave();
    tell(4);
    tell(2);
    const back = await listen(port, first.lastId(), '?run=2');
    await waitFor(() => runsIn(back.text).length === 1);
    expect(back.text).not.toContain('reload');
  });

  it('say reload when a listener was away too long, or the database was', async () => {
    const { port, tell } = await serve({ maxEvents: 2 });
    const first = await listen(port);
    await waitFor(() => first.text.includes('reload'));
    first.leave();
    for (const id of [1, 2, 3]) tell(id);
    const back = await listen(port, first.lastId());
    await waitFor(() => back.text.includes('event: reload'));
    tell(undefined);
    await waitFor(() => back.text.split('event: reload').length === 3);
    expect(runsIn(back.text)).toEqual([]);
  });

  it('beat, so that nothing on the way takes the connection for dead', async () => {
    const { port } = await serve({ heartbeatMs: 20 });
    const listener = await listen(port);
    await waitFor(() => listener.text.includes('\n\n: beat\n\n: beat\n\n'));
  });

  it('end for whoever is no longer welcome, and for nobody else', async () => {
    let signedOut = false;
    const { port, tell } = await serve({
      heartbeatMs: 20,
      isValid: async ({ headers }) => !(signedOut && headers['last-event-id'] === 'gone'),
    });
    const [gone, stays] = [await listen(port, 'gone'), await listen(port, 'stays')];
    signedOut = true;
    await waitFor(() => gone.ended);
    tell(7);
    await waitFor(() => runsIn(stays.text).includes(7));
    expect(stays.ended).toBe(false);
  });

  it('end for whoever is no longer welcome though it does not read', async () => {
    let signedOut = false;
    const { port, tellAll, connections } = await serve({
      heartbeatMs: 20,
      unreadLimitBytes: Number.POSITIVE_INFINITY,
      isValid: async ({ headers }) => !(signedOut && headers['last-event-id'] === 'gone'),
    });
    const stuck = connect(port, '127.0.0.1');
    closers.push(() => stuck.destroy());
    stuck.pause();
    stuck.on('error', () => undefined);
    stuck.write('GET /api/events HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: gone\r\n\r\n');
    const reader = await listen(port);
    await waitFor(async () => reader.text.includes('reload') && (await connections()) === 2);
    // What the system takes for the one that does not read is some megabytes.
    for (let each = 0; each < 32; each += 1) tellAll({ event: 'environment', data: 'x'.repeat(1024 * 1024) });
    tellAll({ event: 'environment', data: 'last' });
    await waitFor(() => reader.text.includes('data: last\n\n'));
    signedOut = true;
    await waitFor(async () => (await connections()) === 1);
    expect(reader.ended).toBe(false);
  });

  it('do not wait for a listener that does not read: it is cut off, the others hear all', async () => {
    const { port, tell, connections } = await serve({ unreadLimitBytes: 512 * 1024 });
    const stuck = connect(port, '127.0.0.1');
    closers.push(() => stuck.destroy());
    await once(stuck, 'connect');
    stuck.pause();
    stuck.on('error', () => undefined);
    stuck.write('GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const reader = await listen(port);
    await waitFor(async () => reader.text.includes('reload') && (await connections()) === 2);
    let last = 0;
    await waitFor(async () => {
      // What the system takes for the one that does not read is some megabytes.
      for (let each = 0; each < 5_000; each += 1) tell(++last);
      await waitFor(() => reader.text.endsWith(`data: ${last}\n\n`));
      return (await connections()) === 1;
    });
    expect(runsIn(reader.text)).toHaveLength(last);
  });
});
