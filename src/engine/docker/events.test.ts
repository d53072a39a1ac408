import { PassThrough } from 'node:stream';
import type Docker from 'dockerode';
import { afterEach, expect, it, vi } from 'vitest';
import type { Logger } from '../../log.ts';
import { type ContainerEvents, createContainerEvents } from './events.ts';

const debug = vi.fn();
const log = { debug } as unknown as Logger;
let events: ContainerEvents;
afterEach(() => {
  events.close();
  debug.mockClear();
});

/** An engine whose event stream carries what the test writes to it. */
async function subscribe() {
  const stream = new PassThrough();
  const docker = { getEvents: async () => stream } as unknown as Docker;
  events = createContainerEvents(docker, log, 60_000);
  await events.ready();
  return stream;
}

const event = (action: string, id: string) => `${JSON.stringify({ Action: action, Actor: { ID: id } })}\n`;

it('ignores lines that are not JSON, and still reports the events after them', async () => {
  const stream = await subscribe();
  stream.write('<html><body>502 Bad Gateway</body></html>\n');
  stream.write(event('oom', 'a'));
  expect([...(await events.since('a', 0, 5_000))]).toEqual(['oom']);
  expect(debug).toHaveBeenCalledOnce();
});

it('reports an event whose line comes in pieces, to its container only', async () => {
  const stream = await subscribe();
  const line = event('die', 'a');
  stream.write(line.slice(0, 10));
  stream.write(line.slice(10));
  stream.write(event('exec_start', 'a'));
  expect([...(await events.since('a', 0, 5_000))]).toEqual(['die']);
  expect([...(await events.since('b', 0, 0))]).toEqual([]);
});
