import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import { capture } from '../../src/engine/read-all.ts';
import { leftovers } from '../../src/engine/supervised.ts';
import { Fault } from '../../src/faults/fault.ts';
import type { Logger } from '../../src/log.ts';
import { readDeclarations } from '../../src/mftf/catalog/declarations/declarations.ts';
import {
  createRegistrationAnswers,
  type ImageAccess,
  type RegistrationLimits,
} from '../../src/mftf/catalog/registration/registration-answers.ts';
import { runFolder } from '../../src/pool/specification.ts';
import { openSubject, type Subject } from '../engine/subject.ts';
import { dockerTestImage } from '../support/image.ts';

const hasPhp = spawnSync('php', ['--version']).status === 0;
const kinds = (['sandbox', 'docker'] as const).filter(
  (kind) => kind === 'sandbox' || !process.env.MATRE_TEST_SKIP_DOCKER,
);

/** A registration.php whose registrations depend on what it does, so that only PHP can tell them. */
const file = (code: string) => `<?php use Magento\\Framework\\Component\\ComponentRegistrar as R;\n${code}\n`;
const register = (name: string, path = '__DIR__') => `R::register(R::MODULE, ${name}, ${path});`;

/** The names that a registration.php registers, from a real PHP in containers. */
describe.skipIf(!hasPhp).each(kinds)('registrations from PHP, %s', (kind) => {
  let subject: Subject;
  let container: string;
  let folder: string;
  const warn = vi.fn();
  /** The times that a container was requested and given back. */
  let requested = 0;
  let returned = 0;

  beforeAll(async () => {
    subject = await openSubject(kind);
    const image = kind === 'docker' ? { image: await dockerTestImage('', ['php']) } : {};
    const tmpfs = [{ target: runFolder, sizeBytes: 16 * 1024 * 1024, mode: 0o700 }];
    container = (await subject.engine.create(await subject.spec({ ...image, tmpfs }))).id;
  });
  afterAll(() => subject.close());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'matre-registrations-'));
    requested = 0;
    returned = 0;
    warn.mockReset();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const image: ImageAccess = {
    id: 'image',
    async container() {
      requested += 1;
      return {
        id: container,
        async dispose() {
          returned += 1;
        },
      };
    },
  };
  const open = (limits: Partial<RegistrationLimits> = {}, engine: Engine = subject.engine, php = 'php') =>
    createRegistrationAnswers({ engine, folder, php, log: { warn } as unknown as Logger, limits });
  const declare = (files: Record<string, string>) =>
    readDeclarations({
      root: '',
      files: Object.entries(files).map(([name, content]) => ({
        path: `app/code/Acme/${name}/registration.php`,
        content: Buffer.from(content),
      })),
    });
  /** The registered names by the folder of the module. */
  const names = async (
    files: Record<string, string>,
    answers = open(),
    access: ImageAccess = image,
  ): Promise<Record<string, string>> => {
    const [completed] = await answers.complete([await declare(files)], access);
    const registrations = completed?.registrations ?? [];
    return Object.fromEntries(
      registrations.map((one) => [one.folder.replace('app/code/Acme/', ''), one.name]),
    );
  };
  const conditional = file(`if (true) { ${register("'Acme_Shop'")} }`);

  test('are those that PHP collects, and are stored for the next time', async () => {
    const files = {
      Shop: conditional,
      Loop: file(`foreach (['A', 'B'] as $x) { ${register("'Acme_' . $x", "__DIR__ . '/' . $x")} }`),
      Unless: file(
        `if ((new R())->getPath(R::MODULE, 'Acme_Unless') === null) { ${register("'Acme_Unless'")} }`,
      ),
      Nothing: file(`if (false) { ${register("'Acme_Not'")} }`),
    };
    const expected = { Shop: 'Acme_Shop', Unless: 'Acme_Unless', 'Loop/A': 'Acme_A', 'Loop/B': 'Acme_B' };
    expect(await names(files)).toEqual(expected);
    expect({ requested, returned }).toEqual({ requested: 1, returned: 1 });
    expect(await names(files)).toEqual(expected);
    expect({ requested, returned }).toEqual({ requested: 1, returned: 1 });
    expect(warn).not.toHaveBeenCalled();
  });

  test('are asked for again when the file, its folder or the image is another, or the stored answer is damaged', async () => {
    await names({ Shop: conditional });
    const [stored = ''] = readdirSync(folder);
    writeFileSync(join(folder, stored), '{');
    expect(await names({ Shop: conditional })).toEqual({ Shop: 'Acme_Shop' });
    expect(await names({ Shop: `${conditional} ` })).toEqual({ Shop: 'Acme_Shop' });
    expect(await names({ Other: conditional })).toEqual({ Other: 'Acme_Shop' });
    expect(await names({ Shop: conditional }, open(), { ...image, id: 'other' })).toEqual({
      Shop: 'Acme_Shop',
    });
    expect(requested).toBe(5);
  });

  test.each([
    ['prints', `echo "x\\n", str_repeat('y', 3000000), "\\n[]"; fwrite(STDERR, str_repeat('z', 3000000));`],
    ['prints without a line break', `echo '[["module","Not_It","/"]]';`],
    [
      'writes files',
      `mkdir(__DIR__ . '/sub'); file_put_contents(__DIR__ . '/sub/file', str_repeat('x', 9000000));`,
    ],
    ['returns', 'if (true) { }'],
  ])('are those of a file that %s', async (_, code) => {
    expect(await names({ Shop: file(`${code} ${register("'Acme_Shop'")}`) })).toEqual({ Shop: 'Acme_Shop' });
    expect((await capture(subject.engine, container, ['ls', `${runFolder}/registrations`])).stdout).toBe('');
  });

  test.each([
    ['exits', 'exit(3);'],
    ['throws', `throw new RuntimeException('no');`],
    ['calls what does not exist', 'nothing();'],
    ['needs more memory than there is', '$x = str_repeat("x", 1000000000);'],
    ['registers a name twice', register("'Acme_Shop'")],
    ['is not PHP to its end', `include __DIR__ . '/missing.php'; eval(']]');`],
  ])('are those before the file %s', async (_, code) => {
    const content = file(
      `if (true) { ${register("'Acme_Shop'")} } ${code} ${register("'Acme_Late'", "__DIR__ . '/late'")}`,
    );
    expect(await names({ Shop: content })).toEqual({ Shop: 'Acme_Shop' });
    expect(warn).not.toHaveBeenCalled();
  });

  test('are none of a file that is not PHP', async () => {
    expect(await names({ Shop: '<?php ]]', Other: conditional })).toEqual({ Other: 'Acme_Shop' });
    expect(warn).not.toHaveBeenCalled();
  });

  test('are none of a file that does not end; it is stopped, reported once and asked about again', async () => {
    // Time enough for PHP to answer the other file on a busy machine: one second was not, with a load of 60 on two processors.
    const answers = open({ fileMs: 5_000, retryMs: 0 });
    const files = { Endless: file(`${register("'Acme_Endless'")} while (true) sleep(1);`) };
    expect(await names(files, answers)).toEqual({});
    expect(await leftovers(subject.engine, container)).toEqual([]);
    expect(warn.mock.calls).toEqual([
      [{ folder: 'app/code/Acme/Endless', reason: 'it did not end within 5 s' }, expect.any(String)],
    ]);
    expect(await names({ ...files, Shop: conditional }, answers)).toEqual({ Shop: 'Acme_Shop' });
    expect(warn).toHaveBeenCalledOnce();
    expect({ requested, returned }).toEqual({ requested: 2, returned: 2 });
  });

  test('are none of a file that ends PHP without a word; for a time only a run asks about it again', async () => {
    const answers = open();
    const files = { Killed: file(`if (true) { fclose(STDOUT); }`) };
    expect(await names(files, answers)).toEqual({});
    expect(await names(files, answers)).toEqual({});
    expect(requested).toBe(1);
    expect(await names(files, answers, { ...image, isRunning: true })).toEqual({});
    expect(requested).toBe(2);
    expect(warn).toHaveBeenCalledOnce();
  });

  test('are none without PHP in the image', async () => {
    expect(await names({ Shop: conditional }, open({}, subject.engine, 'no-such-php'))).toEqual({});
    expect(warn.mock.calls).toEqual([
      [
        { folder: 'app/code/Acme/Shop', reason: expect.stringMatching(/^PHP ended with 127/) },
        expect.any(String),
      ],
    ]);
  });

  test('are none without a container, which is reported once', async () => {
    const without: ImageAccess = {
      id: 'image',
      container: () => Promise.reject(new Fault('ENGINE_FAILED', 'There is no container.')),
    };
    const answers = open({ retryMs: 0 });
    expect(await names({ Shop: conditional }, answers, without)).toEqual({});
    expect(await names({ Shop: conditional }, answers, without)).toEqual({});
    expect(warn.mock.calls).toEqual([
      [{ reason: 'There is no container.', folders: ['app/code/Acme/Shop'] }, expect.any(String)],
    ]);
    expect(await names({ Shop: conditional }, answers)).toEqual({ Shop: 'Acme_Shop' });
  });

  test('are not waited for when a container is not provided', async () => {
    const stuck: ImageAccess = { id: 'image', container: () => new Promise(() => {}) };
    expect(await names({ Shop: conditional }, open({ totalMs: 100 }), stuck)).toEqual({});
    expect(warn).toHaveBeenCalledOnce();
  });

  test.each(['exec', 'ended'] as const)(
    'are not waited for in a container that is stuck (%s)',
    async (part) => {
      const engine: Engine = {
        ...subject.engine,
        async exec(id, request) {
          if (part === 'exec') return new Promise(() => {});
          return { ...(await subject.engine.exec(id, request)), ended: new Promise(() => {}) };
        },
      };
      const answers = open({ totalMs: 2_000 }, engine);
      expect(await names({ Shop: conditional }, answers)).toEqual({});
      expect(warn.mock.calls).toEqual([
        [
          { reason: expect.stringContaining('within 2 s'), folders: ['app/code/Acme/Shop'] },
          expect.any(String),
        ],
      ]);
      expect({ requested, returned }).toEqual({ requested: 1, returned: 1 });
      expect(await names({ Shop: conditional }, answers)).toEqual({});
      expect(requested).toBe(1);
    },
  );

  test('are asked for once when several need them at the same time', async () => {
    const answers = open();
    const both = await Promise.all([1, 2].map(() => names({ Shop: conditional }, answers)));
    expect(both).toEqual([{ Shop: 'Acme_Shop' }, { Shop: 'Acme_Shop' }]);
    expect(requested).toBe(1);
  });

  test('are asked for in turns when there are many', async () => {
    const module = (name: string) => file(`if (true) { ${register(`'Acme_${name}'`)} }`);
    const files = { A: module('A'), B: module('B'), C: module('C') };
    const answers = open({ maxFiles: 2 });
    expect(await names(files, answers)).toEqual({ A: 'Acme_A', B: 'Acme_B' });
    expect(await names(files, answers)).toEqual({ A: 'Acme_A', B: 'Acme_B', C: 'Acme_C' });
    expect(requested).toBe(2);
  });
});
