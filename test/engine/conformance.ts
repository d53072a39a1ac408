import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { getFiles, putFiles } from '../../src/engine/archive.ts';
import type { ContainerInfo } from '../../src/engine/engine.ts';
import { capture } from '../../src/engine/read-all.ts';
import { imageFile, magentoRoot } from '../support/image.ts';
import { execConformance } from './exec-conformance.ts';
import { type EngineKind, openSubject, type Subject } from './subject.ts';
import { supervisedConformance } from './supervised-conformance.ts';
import { createEngineTools, expectFault } from './tools.ts';

const mebibyte = 1024 ** 2;
const _caller = new URL('./exec-process.ts', import.meta.url);

/** The behaviour of container engines, for every kind of engine. */
export function engineConformance(kind: EngineKind): void {
  let subject: Subject;
  /** For tests that do not change the container. */
  let shared: ContainerInfo;

  const tools = createEngineTools(() => subject);
  const { make, say, tmpfs } = tools;

  beforeAll(async () => {
    subject = await openSubject(kind);
    shared = await make({
      env: { COLOUR: 'blue' },
      labels: { 'matre.test': 'shared' },
      tmpfs: [
        tmpfs(`${magentoRoot}/dev/tests/acceptance/tests/functional/Magento/_generated`),
        tmpfs('/matre/run'),
      ],
    });
  });
  afterAll(async () => {
    await subject?.close();
  });

  describe('containers', () => {
    test('are provided by an engine that describes itself', async () => {
      expect(await subject.engine.describe()).toMatch(/\d/);
      const identity = await subject.engine.identity();
      expect(identity).toMatch(/^\S+ \([0-9a-f]{8}\)$/);
      expect(await subject.engine.identity()).toBe(identity);
    });

    test('are created with name, labels, image and mounts', async () => {
      const inspected = await subject.engine.inspect(shared.name);
      expect(inspected).toEqual(shared);
      expect(inspected).toMatchObject({
        state: 'running',
        image: await subject.image(),
        imageId: await subject.engine.imageId(await subject.image()),
        labels: { 'matre.test': 'shared' },
      });
      expect(inspected?.mounts).toContainEqual({
        type: 'tmpfs',
        source: undefined,
        target: `${magentoRoot}/dev/tests/acceptance/tests/functional/Magento/_generated`,
        readOnly: false,
      });
      expect(await subject.engine.inspect(shared.id)).toEqual(inspected);
      expect(await say(shared.id, 'cat', imageFile.path)).toBe(imageFile.content);
    });

    test('are not found under an unused name', async () => {
      expect(await subject.engine.inspect('matre-nobody')).toBeUndefined();
      expect(await subject.engine.remove('matre-nobody')).toBe(false);
    });

    test('are listed by all given labels', async () => {
      const mark = randomUUID();
      const one = await make({ labels: { mark, number: '1' } });
      const two = await make({ labels: { mark, number: '2' } });
      const names = async (labels: Record<string, string>) =>
        (await subject.engine.list(labels)).map(({ name }) => name).sort();
      expect(await names({ mark })).toEqual([one.name, two.name].sort());
      expect(await names({ mark, number: '2' })).toEqual([two.name]);
      expect(await names({ mark, number: '3' })).toEqual([]);
    });

    test('are listed as they are inspected', async () => {
      const mark = randomUUID();
      const created = await make({ labels: { mark }, tmpfs: [tmpfs('/matre/run')] });
      const { startedAt: _startedAt, createdAt, ...rest } = created;
      const [listed] = await subject.engine.list({ mark });
      expect(listed).toMatchObject(rest);
      expect(Math.abs((listed?.createdAt.getTime() ?? 0) - createdAt.getTime())).toBeLessThanOrEqual(1_000);
    });

    test('can be found and used by another engine object', async () => {
      const other = subject.another();
      const inspected = await other.inspect(shared.name);
      expect(inspected?.id).toBe(shared.id);
      expect((await capture(other, shared.id, ['echo', 'hello'])).stdout).toBe('hello\n');
    });

    test('are refused under a name in use, and the container with that name stays unchanged', async () => {
      const spec = await subject.spec({ name: shared.name });
      await expectFault(subject.engine.create(spec), 'CONTAINER_NAME_TAKEN');
      expect(await subject.engine.inspect(shared.name)).toEqual(shared);
    });

    test('give a name to exactly one of several concurrent creations', async () => {
      const spec = await subject.spec();
      const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => subject.engine.create(spec)));
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(refused.map(({ reason }) => reason.code)).toEqual(Array(3).fill('CONTAINER_NAME_TAKEN'));
      expect((await capture(subject.engine, spec.name, ['true'])).code).toBe(0);
    });

    test('report a missing image', async () => {
      await expectFault(subject.engine.imageId(subject.missingImage), 'IMAGE_MISSING');
      const spec = await subject.spec({ image: subject.missingImage });
      await expectFault(subject.engine.create(spec), 'IMAGE_MISSING');
      expect(await subject.engine.inspect(spec.name)).toBeUndefined();
    });

    test('leave nothing behind when they cannot be started', async () => {
      const spec = await subject.spec({
        mounts: [{ source: '/no/such/source', target: '/matre/modules', readOnly: true }],
      });
      await expectFault(subject.engine.create(spec), 'ENGINE_FAILED');
      expect(await subject.engine.inspect(spec.name)).toBeUndefined();
    });

    test('can be removed and created again under the same name', async () => {
      const spec = await subject.spec();
      const first = await subject.engine.create(spec);
      await say(first.id, 'touch', `${magentoRoot}/mine`);
      expect(await subject.engine.remove(spec.name)).toBe(true);
      expect(await subject.engine.inspect(first.id)).toBeUndefined();
      await expectFault(subject.engine.exec(first.id, { argv: ['true'] }), 'CONTAINER_VANISHED');
      const second = await subject.engine.create(spec);
      expect(second.id).not.toBe(first.id);
      expect((await capture(subject.engine, second.id, ['test', '-e', `${magentoRoot}/mine`])).code).toBe(1);
    });

    test('do not see the files of one another', async () => {
      const [one, two] = await Promise.all([make(), make()]);
      await say(one.id, 'sh', '-c', `echo one >${magentoRoot}/who; echo one >/tmp/who`);
      await say(two.id, 'sh', '-c', `echo two >${magentoRoot}/who; echo two >/tmp/who`);
      expect(await say(one.id, 'cat', `${magentoRoot}/who`, '/tmp/who')).toBe('one\none\n');
      expect(await say(two.id, 'cat', `${magentoRoot}/who`, '/tmp/who')).toBe('two\ntwo\n');
    });

    test('resolve extra hosts', async () => {
      const { id } = await make({ extraHosts: ['shop.test:127.0.0.9', 'gate.test:host-gateway'] });
      const hosts = await say(id, 'cat', '/etc/hosts');
      expect(hosts).toMatch(/^127\.0\.0\.9\s+shop\.test$/m);
      expect(hosts).toMatch(/^[\d.]+\s+gate\.test$/m);
    });
  });

  describe('mounts', () => {
    test('show a folder of the host and later changes in it; read-only is enforced', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'matre-mount-'));
      try {
        // Tests have another user than root of this machine.
        chmodSync(folder, 0o755);
        const target = '/matre/modules';
        const { id, mounts } = await make({ mounts: [{ source: folder, target, readOnly: true }] });
        expect(mounts).toContainEqual({ type: 'bind', source: folder, target, readOnly: true });
        mkdirSync(join(folder, 'new'));
        writeFileSync(join(folder, 'new', 'file'), 'seen');
        expect(await say(id, 'cat', `${target}/new/file`)).toBe('seen');
        const { code, stderr } = await capture(subject.engine, id, ['touch', `${target}/x`]);
        expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('Read-only') });
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    test('give a tmpfs the requested size and mode', async () => {
      const target = '/matre/run';
      const { id } = await make({ tmpfs: [tmpfs(target, 2 * mebibyte, 0o710)] });
      const line = (await say(id, 'cat', '/proc/mounts')).split('\n').find((each) => each.includes(target));
      expect(line).toMatch(/^tmpfs \/matre\/run tmpfs rw.*size=2048k/);
      expect(await say(id, 'stat', '-c', '%a', target)).toBe('710\n');
    });

    test('report a full tmpfs, and the container stays usable', async () => {
      const { id } = await make({ tmpfs: [tmpfs('/matre/run')] });
      const big = [{ path: 'big', content: Buffer.alloc(2 * mebibyte) }];
      await expectFault(putFiles(subject.engine, id, '/matre/run', big), 'DISK_FULL');
      await say(id, 'rm', '-f', '/matre/run/big');
      await putFiles(subject.engine, id, '/matre/run', [{ path: 'small', content: 'x' }]);
      expect(await say(id, 'cat', '/matre/run/small')).toBe('x');
    });

    test('are there after a restart, with an empty tmpfs and the files of the container', async () => {
      const { id } = await make({ tmpfs: [tmpfs('/matre/run')] });
      await say(id, 'touch', '/matre/run/gone', `${magentoRoot}/kept`);
      await subject.stop(id);
      expect((await subject.engine.inspect(id))?.state).toBe('stopped');
      await expectFault(subject.engine.exec(id, { argv: ['true'] }), 'CONTAINER_VANISHED');
      await subject.engine.start(id);
      await subject.engine.start(id);
      expect((await subject.engine.inspect(id))?.state).toBe('running');
      expect(await say(id, 'ls', '/matre/run')).toBe('');
      await say(id, 'test', '-e', `${magentoRoot}/kept`);
    });
  });

  const opened = () => ({ subject, shared });
  describe('exec', () => execConformance(kind, opened, tools));
  describe('supervised', () => supervisedConformance(kind, opened, tools));

  describe('files', () => {
    test('are copied in and out unchanged, also through a tmpfs', async () => {
      const dir = '/matre/run/in';
      const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 251));
      await putFiles(subject.engine, shared.id, dir, [
        { path: 'a.txt', content: 'text' },
        { path: 'deep/er/b.bin', content: bytes, mode: 0o600 },
        { path: 'deep/empty', content: '' },
      ]);
      const out = new Map<string, { mode: number; content: Buffer }>();
      for await (const file of getFiles(subject.engine, shared.id, { dir, paths: ['a.txt', 'deep'] })) {
        out.set(file.path, { mode: file.mode, content: await readAll(file.content) });
      }
      expect(out.get('a.txt')).toEqual({ mode: 0o644, content: Buffer.from('text') });
      expect(out.get('deep/er/b.bin')?.mode).toBe(0o600);
      expect(out.get('deep/er/b.bin')?.content.equals(bytes)).toBe(true);
      expect(out.get('deep/empty')?.content.length).toBe(0);
      expect(out.size).toBe(3);
    });

    test('cannot leave their folder', async () => {
      for (const path of ['../x', '/etc/x', 'a/../../x', '']) {
        const putting = putFiles(subject.engine, shared.id, '/tmp', [{ path, content: 'x' }]);
        await expectFault(putting, 'PATH_OUTSIDE');
        await expectFault(collect(subject, shared.id, '/tmp', [path]), 'PATH_OUTSIDE');
      }
      await expectFault(putFiles(subject.engine, shared.id, 'tmp', []), 'PATH_OUTSIDE');
    });

    test('are refused when they are links, too large or missing', async () => {
      const dir = '/tmp/odd';
      await putFiles(subject.engine, shared.id, dir, [{ path: 'plain/file', content: 'x'.repeat(1_000) }]);
      await say(shared.id, 'sh', '-c', `mkdir -p ${dir}/links && ln -sf /etc/passwd ${dir}/links/link`);
      await expectFault(collect(subject, shared.id, dir, ['links']), 'PATH_OUTSIDE');
      await expectFault(collect(subject, shared.id, dir, ['plain'], 999), 'FILES_TOO_LARGE');
      await expectFault(collect(subject, shared.id, dir, ['nothing']), 'NOT_FOUND');
      expect(await collect(subject, shared.id, dir, ['plain'])).toEqual(['plain/file']);
    });

    test('are read without what cannot be kept, if the caller accepts that', async () => {
      const dir = '/tmp/mixed';
      await putFiles(subject.engine, shared.id, dir, [
        { path: 'a/kept', content: 'x' },
        { path: 'b/large', content: 'x'.repeat(2_000) },
        { path: 'z/kept', content: 'y' },
      ]);
      await say(shared.id, 'sh', '-c', `cd ${dir} && ln -sf /etc/passwd a/link && mkfifo b/pipe`);
      const leftOut = new Map<string, string>();
      const paths = [];
      for await (const { path, content } of getFiles(subject.engine, shared.id, {
        dir,
        paths: ['.'],
        maxBytes: 1_000,
        onLeftOut: (path, reason) => leftOut.set(path, reason),
      })) {
        paths.push(path);
        await readAll(content);
      }
      expect(paths.sort()).toEqual(['a/kept', 'z/kept']);
      expect(Object.fromEntries(leftOut)).toEqual({
        './a/link': expect.stringContaining('link'),
        './b/large': 'it has 2000 bytes',
        './b/pipe': expect.stringMatching(/fifo|pipe/),
      });
    });

    test('are read one after the other, and a reader may stop early', async () => {
      const dir = '/tmp/many';
      const files = Array.from({ length: 50 }, (_, index) => ({
        path: `f${index}`,
        content: Buffer.alloc(100_000),
      }));
      await putFiles(subject.engine, shared.id, dir, files);
      for await (const file of getFiles(subject.engine, shared.id, { dir, paths: ['.'] })) {
        expect(file.size).toBe(100_000);
        break;
      }
      expect((await collect(subject, shared.id, dir, ['.'])).length).toBe(50);
    });
  });
}

async function collect(
  { engine }: Subject,
  container: string,
  dir: string,
  paths: string[],
  maxBytes?: number,
): Promise<string[]> {
  const inspected: string[] = [];
  const expected = { dir, paths, ...(maxBytes === undefined ? {} : { maxBytes }) };
  for await (const { path, content } of getFiles(engine, container, expected)) {
    inspected.push(path);
    await readAll(content);
  }
  return inspected;
}

async function readAll(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece);
  return Buffer.concat(pieces);
}
