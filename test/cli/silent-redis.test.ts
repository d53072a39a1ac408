import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCli } from '../support/cli.ts';
import { sharedPostgres } from '../support/postgres.ts';

/** A server that accepts connections and never answers, as a stopped Redis or a wrong port does. */
async function startSilentServer(): Promise<{ server: Server; port: number; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.resume().on('error', () => undefined));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    server,
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

describe('a lock store that accepts connections and never answers', () => {
  let postgres: Awaited<ReturnType<typeof sharedPostgres>>;
  let silent: Awaited<ReturnType<typeof startSilentServer>>;
  let folder: string;
  beforeAll(async () => {
    postgres = await sharedPostgres();
    silent = await startSilentServer();
    folder = mkdtempSync(join(tmpdir(), 'matre-silent-'));
  });
  afterAll(async () => {
    silent?.close();
    await postgres?.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(
    ['server', 'worker', 'scheduler', 'up'].flatMap((command) =>
      ['redis', 'rediss'].map((scheme) => [command, scheme]),
    ),
  )('ends `matre %s` with the reason and exit code 2, with %s', async (command = '', scheme) => {
    const settings = {
      DATABASE_URL: postgres.url,
      LOCK_DSN: `${scheme}://127.0.0.1:${silent.port}`,
      MATRE_DATA: join(folder, 'data'),
      MATRE_PORT: '0',
    };
    const result = await startCli([command], { settings, observeEnd: 'plain' }).done;
    expect(result).toMatchObject({ code: 2, endedByItself: true });
    expect(result.stderr).toContain('LOCK_STORE_UNREACHABLE');
    expect(result.stderr).toContain(`127.0.0.1:${silent.port} does not answer`);
  });
});
