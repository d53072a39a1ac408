import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createDockerEngine } from '../../src/engine/docker/engine.ts';
import { capture } from '../../src/engine/read-all.ts';
import { createLog } from '../../src/log.ts';
import { lockLayer } from '../support/container-layer.ts';
import { dockerTestImage } from '../support/image.ts';
import { confinementConformance } from './confinement.ts';
import { engineConformance } from './conformance.ts';
import { openSubject } from './subject.ts';

describe('docker', () => engineConformance('docker'));
describe('docker confines tests', () => confinementConformance('docker'));

describe('only docker', () => {
  const log = createLog({ level: 'silent' });

  test.each(['unix:///no/such/docker.sock', 'tcp://127.0.0.1:1'])(
    'reports that %s does not answer',
    async (host) => {
      const engine = createDockerEngine({ host, log });
      const questions = [
        engine.describe,
        () => engine.inspect('x'),
        () => engine.list({}),
        () => engine.imageId('x'),
        () => engine.exec('x', { argv: ['true'] }),
      ];
      for (const ask of questions) {
        await expect(ask()).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE' });
      }
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

  test.each([
    ['is being removed', 200, { Running: true, Status: 'removing' }, 'CONTAINER_VANISHED'],
    ['has ended', 200, { Running: false, Status: 'exited' }, 'CONTAINER_VANISHED'],
    ['is gone', 404, undefined, 'CONTAINER_VANISHED'],
    ['runs', 200, { Running: true, Status: 'running' }, 'ENGINE_FAILED'],
  ])('asks what a refused start means: the container %s', async (_, status, state, code) => {
    let isRefused = false;
    const answers: [RegExp, () => [number, unknown]][] = [
      [
        /containers\/x\/json/,
        () =>
          isRefused ? [status, { Id: 'x', State: state }] : [200, { Id: 'x', State: { StartedAt: '' } }],
      ],
      [/containers\/x\/exec/, () => [201, { Id: 'y' }]],
      [
        /exec\/y\/start/,
        () => {
          isRefused = true;
          return [500, { message: 'Container x is not running: Removal In Progress' }];
        },
      ],
    ];
    const refusing = createHttpServer((request, response) => {
      if (request.url?.includes('/events')) return void response.writeHead(200).flushHeaders();
      const [, answer] = answers.find(([path]) => path.test(request.url ?? '')) ?? [];
      const [code, body] = answer?.() ?? [501, {}];
      response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    }).listen(0, '127.0.0.1');
    await once(refusing, 'listening');
    const { port } = refusing.address() as AddressInfo;
    const engine = createDockerEngine({ host: `tcp://127.0.0.1:${port}`, log });
    await expect(engine.exec('x', { argv: ['true'] })).rejects.toMatchObject({ code });
    await engine.close();
    refusing.closeAllConnections();
    await once(refusing.close(), 'close');
  });

  test('leaves root of a container what images need: files and processes of other users, and low ports', async () => {
    const subject = await openSubject('docker');
    try {
      const image = await dockerTestImage('', ['perl']);
      const { id } = await subject.engine.create(await subject.spec({ image }));
      const run = (...argv: string[]) => capture(subject.engine, id, argv);
      const files = [
        'mkdir /tmp/www && echo x >/tmp/www/file && chmod 600 /tmp/www/file',
        'chown -R 33:33 /tmp/www && chmod 700 /tmp/www && cat /tmp/www/file && rm /tmp/www/file',
      ];
      expect(await run('sh', '-c', files.join(' && '))).toMatchObject({ code: 0, stdout: 'x\n', stderr: '' });
      const become = '$( = $) = "33 33"; $< = $> = 33;';
      expect((await run('perl', '-e', `${become} exec "id", "-u"`)).stdout).toBe('33\n');
      const kill = `pipe(R, W); if (!($p = fork)) { ${become} syswrite(W, "x"); sleep 1000 } sysread(R, $x, 1);
        kill(9, $p) or die $!; waitpid($p, 0); print "ended\\n"`;
      expect((await run('perl', '-e', kill)).stdout).toBe('ended\n');
      const bind =
        'socket(S, 2, 1, 6); bind(S, pack("S n a4 x8", 2, 80, "\\0" x 4)) or die $!; print "bound\\n"';
      expect((await run('perl', '-e', bind)).stdout).toBe('bound\n');
    } finally {
      await subject.close();
    }
  });

  test('gives a container the capabilities of its specification', async () => {
    const subject = await openSubject('docker');
    try {
      const { id } = await subject.engine.create(await subject.spec({ capabilities: ['SYS_CHROOT'] }));
      expect((await capture(subject.engine, id, ['chroot', '/', 'echo', 'done'])).stdout).toBe('done\n');
    } finally {
      await subject.close();
    }
  });

  test('creates a container from the image id of its specification, whatever the reference means by then', async () => {
    const subject = await openSubject('docker');
    try {
      const other = await subject.image('another build');
      const spec = await subject.spec({ imageId: await subject.engine.imageId(other) });
      const info = await subject.engine.create(spec);
      expect(info).toMatchObject({ image: spec.image, imageId: spec.imageId });
      expect(info.imageId).not.toBe(await subject.engine.imageId(spec.image));
      expect((await capture(subject.engine, info.id, ['cat', '/variant'])).stdout).toBe('another build');
    } finally {
      await subject.close();
    }
  });

  test('sets a container aside that the engine cannot remove, and removes it when the engine can', async () => {
    const subject = await openSubject('docker');
    const { engine } = subject;
    const labels = { 'matre.test.dead': 'yes' };
    const spec = await subject.spec({ labels });
    const { id } = await engine.create(spec);
    const { layer, unlock } = await lockLayer(id);
    try {
      expect(await engine.remove(spec.name)).toBe(true);
      expect(await engine.inspect(spec.name)).toBeUndefined();
      expect(await engine.list(labels)).toEqual([]);
      const dead = {
        id,
        name: `${spec.name}-dead-${id.slice(0, 12)}`,
        reason: expect.stringContaining(layer),
      };
      expect(await engine.listDead(labels)).toEqual([dead]);
      // The name is free.
      const next = await engine.create(spec);
      expect(await engine.list(labels)).toMatchObject([{ id: next.id, name: spec.name }]);
      await expect(engine.remove(id)).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
    } finally {
      unlock();
    }
    expect(await engine.remove(id)).toBe(true);
    expect(await engine.listDead(labels)).toEqual([]);
    expect(await engine.list(labels)).toMatchObject([{ name: spec.name }]);
    await subject.close();
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
