import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { openDevTools } from './dev-tools.ts';

/** What is read of a browser that sends these messages, and how the connection ended. */
async function read(messages: string[], maxBytes: number) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  server.on('connection', (socket) => {
    for (const message of messages) socket.send(message);
    socket.close();
  });
  let bytes = 0;
  let leftOut = 0;
  const values: unknown[] = [];
  const { port } = server.address() as AddressInfo;
  const end = await new Promise((resolve, reject) => {
    openDevTools(`ws://127.0.0.1:${port}/`, new Set(['Log.entryAdded', 'Page.screencastFrame']), {
      allows(more) {
        bytes += more;
        return bytes <= maxBytes;
      },
      onEvent: ({ method, params }) => void values.push([method, String(params['value']).length]),
      onLeftOut() {
        leftOut += 1;
      },
      onEnd: resolve,
    }).catch(reject);
  });
  server.close();
  return { end, values, leftOut };
}

const event = (method: string, length: number) =>
  `{"method":"${method}","params":{"value":"${'x'.repeat(length)}"}}`;

it('reads events that are waited for, longer ones only when they are pictures', async () => {
  const messages = [
    event('Log.entryAdded', 10),
    '{"id":1,"result":{"method":"Log.entryAdded"}}',
    event('Network.dataReceived', 10),
    event('Log.entryAdded', 300_000),
    event('Page.screencastFrame', 300_000),
  ];
  expect(await read(messages, 1_000_000)).toEqual({
    end: 'closed',
    values: [
      ['Log.entryAdded', 10],
      ['Page.screencastFrame', 300_000],
    ],
    leftOut: 1,
  });
});

it('ends when the browser sends more than may be read, whatever it is', async () => {
  const messages = ['{"id":1}', ...Array.from({ length: 20 }, () => event('Network.dataReceived', 1_000))];
  const late = event('Log.entryAdded', 10);
  expect(await read([...messages, late], 10_000)).toEqual({ end: 'too-long', values: [], leftOut: 0 });
});
