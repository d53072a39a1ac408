import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createDockerEngine } from '../../src/engine/docker/engine.ts';
import { createLog } from '../../src/log.ts';
import { engineConformance } from './conformance.ts';
import { openSubject } from './subject.ts';

describe('docker', () => engineConformance('docker'));

describe('only docker', () => {
  const log = createLog({ level: 'silent' });

  test.each(['unix:///no/such/docker.sock', 'tcp://127.0.0.1:1'])(
    'reports that %s does not answer',
    async (host) => {
      const engine = createDockerEngine({ host, log });
      for (const work of [engine.describe(), engine.inspect('x'), engine.list({}), engine.imageId('x')]) {
        await expect(work).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE' });
      }
      await expect(engine.exec('x', { argv: ['true'] })).rejects.toMatchObject({
        code: 'ENGINE_UNREACHABLE',
      });
      await engine.close();
    },
  );

  test('times out when the engine hangs', async () => {
    const hanging = createServer().listen(0, '127.0.0.1');
    await once(hanging, 'listening');
    const { port } = hanging.address() as AddressInfo;
    const engine = createDockerEngine({ host: `tcp://127.0.0.1:${port}`, log, silenceMs: 100 });
    const questions = [
      engine.describe,
      () => engine.inspect('x'),
      () => engine.list({}),
      () => engine.exec('x', { argv: ['true'] }),
    ];
    for (const ask of questions) {
      await expect(ask()).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE' });
    }
    await engine.close();
    hanging.close();
  });

  test('times out when the engine hangs while it starts a process', async () => {
    const answers: [RegExp, number, unknown][] = [
      [/containers\/x\/json/, 200, { Id: 'x', State: { StartedAt: '' } }],
      [/containers\/x\/exec/, 201, { Id: 'y' }],
    ];
    const hanging = createHttpServer((request, response) => {
      const [, status, body] = answers.find(([path]) => path.test(request.url ?? '')) ?? [];
      if (status !== undefined) response.writeHead(status).end(JSON.stringify(body));
      else if (request.url?.includes('/events')) response.writeHead(200).flushHeaders();
    }).listen(0, '127.0.0.1');
    await once(hanging, 'listening');
    const { port } = hanging.address() as AddressInfo;
    const engine = createDockerEngine({ host: `tcp://127.0.0.1:${port}`, log, silenceMs: 500 });
    await expect(engine.exec('x', { argv: ['true'] })).rejects.toMatchObject({
      code: 'ENGINE_UNREACHABLE',
      message: expect.stringContaining('within 500 ms'),
    });
    await engine.close();
    // It has closed all its connections, including that of the events.
    hanging.closeIdleConnections();
    await once(hanging.close(), 'close');
  });

  test('distinguishes a missing network from a missing image, and leaves nothing behind', async () => {
    const subject = await openSubject('docker');
    try {
      const spec = await subject.spec({ network: 'matre-no-such-network' });
      await expect(subject.engine.create(spec)).rejects.toMatchObject({
        code: 'ENGINE_FAILED',
        message: expect.stringContaining('matre-no-such-network'),
      });
      expect(await subject.engine.inspect(spec.name)).toBeUndefined();
    } finally {
      await subject.close();
    }
  });
});
