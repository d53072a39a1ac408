import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { createLog } from '../../log.ts';
import { openPostgres } from './postgres.ts';

/** A message of the protocol of PostgreSQL: its type, its length, its content. */
function message(type: string, content: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(content.length + 4);
  return Buffer.concat([Buffer.from(type), length, content]);
}

test('a connection that the server ends in the moment in which it is ready does not end the process', async () => {
  const isReady = Buffer.concat([message('R', Buffer.alloc(4)), message('Z', Buffer.from('I'))]);
  const ends = message('E', Buffer.from('SFATAL\0C57P01\0Mterminating connection\0\0'));
  const server = createServer((socket) => {
    socket.on('error', () => {});
    // In one packet: the driver reads the end before anyone could wait for the connection.
    socket.once('data', () => socket.end(Buffer.concat([isReady, ends])));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `postgres://matre@127.0.0.1:${port}/matre`;
  await expect(openPostgres({ url, log: createLog({ level: 'silent' }) })).rejects.toMatchObject({
    code: 'DATABASE_UNREACHABLE',
  });
  server.close();
});
