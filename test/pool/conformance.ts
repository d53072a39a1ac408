import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import { capture } from '../../src/engine/read-all.ts';
import { leftovers } from '../../src/engine/supervised.ts';
import { Fault } from '../../src/faults/fault.ts';
import { createInProcessLocks } from '../../src/locks/in-process.ts';
import { lockNames } from '../../src/locks/lock.ts';
import { createLog } from '../../src/log.ts';
import { containerName } from '../../src/model/environment.ts';
import { createPool, type EnsureOptions, type PoolEvent } from '../../src/pool/pool.ts';
import { checkoutsFolder, type PoolSettings, poolLabels, runFolder } from '../../src/pool/specification.ts';
import { type EngineKind, openSubject, type Subject } from '../engine/subject.ts';
import { magentoRoot } from '../support/image.ts';
import { waitFor } from '../support/wait-for.ts';
import { unhealthyConformance } from './unhealthy-conformance.ts';

const generated = `${magentoRoot}/dev/tests/acceptance/tests/functional/Magento/_generated`;

/** The behaviour of the pool, for every engine. */
export function poolConformance(kind: EngineKind): void {
  let subject: Subject;
  let engine: Engine;
  let modules: string;
  let settings: PoolSettings;
  let used: number[];
  const locks = createInProcessLocks();
  const log = createLog({ level: 'silent' });

  const openPool = (changes: Partial<PoolSettings> = {}, on: Engine = engine) =>
    createPool({ engine: on, locks, log, settings: { ...settings, ...changes } });
  /** Names of containers are shared by all users of the engine, so the id has to be unique. */
  const newEnvironment = () => {
    const id = 1_000_000 + Math.floor(Math.random() * 1_000_000_000);
    used.push(id);
    return { id, code: `test-${id}` };
  };
  const ensure = async (
    environment: { id: number; code: string },
    pool = openPool(),
    options: EnsureOptions = {},
  ) => {
    const events: PoolEvent[] = [];
    const container = await pool.ensure(environment, { ...options, onEvent: (event) => events.push(event) });
    return {
      ...container,
      events: events.map(({ code }) => code),
      messages: events.map((each) => each.message),
    };
  };
  const read = async (container: string, path: string) =>
    (await capture(engine, container, ['cat', path])).stdout;

  beforeAll(async () => {
    subject = await openSubject(kind);
    engine = subject.engine;
  });
  afterAll(async () => {
    await subject?.close();
    await locks.close();
  });
  beforeAll(async () => {
    used = [];
    modules = mkdtempSync(join(tmpdir(), 'matre-modules-'));
    // As the folder of checkouts: tests in the sandbox of root have another user.
    chmodSync(modules, 0o755);
    mkdirSync(join(modules, 'c1'));
    writeFileSync(join(modules, 'c1', 'file'), 'first');
    settings = {
      installation: `test-${Math.random()}`,
      image: await subject.image(),
      network: undefined,
      extraHosts: [],
      capabilities: [],
      mounts: [],
      memoryBytes: 256 * 1024 ** 2,
      tmpfsBytes: 4 * 1024 ** 2,
      magentoRoot,
      modulesFolder: modules,
      files: [],
    };
  });
  afterEach(async () => {
    await Promise.all(used.splice(0).map((id) => engine.remove(containerName(id))));
  });
  afterAll(() => rmSync(modules, { recursive: true, force: true }));

  test('creates a container with the documented name and labels', async () => {
    const environment = newEnvironment();
    const { id, name, events } = await ensure(environment);
    expect(name).toBe(`matre_magento_env_${environment.id}`);
    expect(events).toEqual(['CONTAINER_CREATED']);
    const info = await engine.inspect(name);
    expect(info).toMatchObject({ id, name, state: 'running' });
    expect(info?.labels[poolLabels.environment]).toBe(String(environment.id));
    const mount = { source: undefined, readOnly: false };
    expect(info?.mounts).toContainEqual({ ...mount, type: 'tmpfs', target: generated });
    expect(info?.mounts).toContainEqual({ ...mount, type: 'tmpfs', target: runFolder });
    expect((await capture(engine, id, ['stat', '-c', '%a', runFolder])).stdout).toBe('700\n');
    expect(await read(id, `${checkoutsFolder}/c1/file`)).toBe('first');
    const written = await capture(engine, id, ['touch', `${checkoutsFolder}/c1/x`]);
    expect(written.code).not.toBe(0);
  });

  test('reuses a container across runs and processes', async () => {
    const environment = newEnvironment();
    const { id } = await ensure(environment);
    expect(await ensure(environment)).toMatchObject({ id, events: [] });
    expect(await ensure(environment, openPool({}, subject.another()))).toMatchObject({ id, events: [] });
  });

  test('creates one container for concurrent requests', async () => {
    const environment = newEnvironment();
    const created = await Promise.all([1, 2, 3, 4].map(() => ensure(environment)));
    expect(new Set(created.map(({ id }) => id)).size).toBe(1);
    expect(created.flatMap(({ events }) => events)).toEqual(['CONTAINER_CREATED']);
  });

  test('invariant 7: the generated files of one environment do not exist for another', async () => {
    const [one, two] = await Promise.all([ensure(newEnvironment()), ensure(newEnvironment())]);
    await capture(engine, one.id, [
      'touch',
      `${generated}/OneCest.php`,
      `${magentoRoot}/one`,
      `${runFolder}/.env`,
    ]);
    const listing = await capture(engine, two.id, ['ls', '-A', generated, runFolder, magentoRoot]);
    expect(listing.stdout).not.toMatch(/one|One|\.env/);
  });

  test('creates the container again after it was removed', async () => {
    const environment = newEnvironment();
    const { id, name } = await ensure(environment);
    await engine.remove(name);
    const secondContainer = await ensure(environment);
    expect(secondContainer.id).not.toBe(id);
    expect(secondContainer.events).toEqual(['CONTAINER_CREATED']);
  });

  test('starts a stopped container again', async () => {
    const environment = newEnvironment();
    const { id } = await ensure(environment);
    await subject.stop(id);
    expect(await ensure(environment)).toMatchObject({ id, events: ['CONTAINER_STARTED'] });
  });

  test('ends leftover processes of an earlier run', async () => {
    const environment = newEnvironment();
    const { id } = await ensure(environment);
    const argv = ['sh', '-c', 'setsid sleep 1000 >/dev/null 2>&1 & exit 0'];
    await capture(engine, id, argv, { env: { MATRE_EXEC: ':run-7:' } });
    await waitFor(async () => (await leftovers(engine, id)).length === 1);
    const secondContainer = await ensure(environment);
    expect(secondContainer).toMatchObject({ id, events: ['LEFTOVERS_CLEARED'] });
    expect(secondContainer.messages[0]).toContain('run-7');
    expect(await leftovers(engine, id)).toEqual([]);
  });

  describe('a container with a newer fence', () => {
    const stale = new Fault('STALE_FENCE', 'Another has the run.');

    test('invariant 5: is not touched by a run that has lost its lease', async () => {
      const environment = newEnvironment();
      const { id } = await ensure(environment, openPool(), {
        fence: { number: 7, assertHeld: async () => {} },
      });
      const late = { number: 6, assertHeld: () => Promise.reject(stale) };
      await expect(ensure(environment, openPool(), { fence: late })).rejects.toBe(stale);
      expect(await ensure(environment)).toMatchObject({ id, events: [] });
    });

    test('is replaced for a run that holds its lease: the database was restored', async () => {
      const environment = newEnvironment();
      const { id } = await ensure(environment, openPool(), {
        fence: { number: 7, assertHeld: async () => {} },
      });
      const secondContainer = await ensure(environment, openPool(), {
        fence: { number: 1, assertHeld: async () => {} },
      });
      expect(secondContainer.id).not.toBe(id);
      expect(secondContainer.events).toEqual(['CONTAINER_REPLACED', 'CONTAINER_CREATED']);
    });
  });

  describe('a stale container', () => {
    test.each([
      ['image', async () => ({ image: await subject.image('another') })],
      ['memory limit', async () => ({ memoryBytes: 300 * 1024 ** 2 })],
      ['mounts', async () => ({ mounts: [{ source: tmpdir(), target: '/matre/more', readOnly: true }] })],
      ['files', async () => ({ files: [{ path: '/opt/matre/more.sh', mode: 0o755, content: '' }] })],
    ])('is replaced: %s', async (_what, change) => {
      const environment = newEnvironment();
      const { id } = await ensure(environment);
      const pool = openPool(await change());
      expect((await pool.list()).find((each) => each.environmentId === environment.id)?.stale).toBeTypeOf(
        'string',
      );
      const secondContainer = await ensure(environment, pool);
      expect(secondContainer.id).not.toBe(id);
      expect(secondContainer.events).toEqual(['CONTAINER_REPLACED', 'CONTAINER_CREATED']);
      expect(await ensure(environment, pool)).toMatchObject({ id: secondContainer.id, events: [] });
      expect(
        (await pool.list()).find((each) => each.environmentId === environment.id)?.stale,
      ).toBeUndefined();
    });

    test('is kept while its image is missing', async () => {
      const environment = newEnvironment();
      const { id } = await ensure(environment);
      const pool = openPool({ image: subject.missingImage });
      await expect(pool.ensure(environment)).rejects.toMatchObject({ code: 'IMAGE_MISSING' });
      await expect(pool.replace(environment)).rejects.toMatchObject({ code: 'IMAGE_MISSING' });
      expect((await pool.list())[0]?.stale).toContain('missing');
      expect((await engine.inspect(id))?.state).toBe('running');
    });
  });

  describe('the checkouts of the test module', () => {
    test('are visible in the container, new and replaced ones', async () => {
      const { id } = await ensure(newEnvironment());
      mkdirSync(join(modules, 'c2'));
      writeFileSync(join(modules, 'c2', 'file'), 'second');
      expect(await read(id, `${checkoutsFolder}/c2/file`)).toBe('second');
      rmSync(join(modules, 'c2'), { recursive: true });
      mkdirSync(join(modules, 'c2'));
      writeFileSync(join(modules, 'c2', 'file'), 'replaced');
      expect(await read(id, `${checkoutsFolder}/c2/file`)).toBe('replaced');
    });

    test('are visible again after their parent folder was replaced', async () => {
      const modulesFolder = mkdtempSync(join(tmpdir(), 'matre-modules-'));
      try {
        const pool = openPool({ modulesFolder });
        const environment = newEnvironment();
        const { id } = await ensure(environment, pool);
        rmSync(modulesFolder, { recursive: true });
        mkdirSync(modulesFolder);
        writeFileSync(join(modulesFolder, 'file'), 'new');
        const secondContainer = await ensure(environment, pool);
        expect(secondContainer.id).not.toBe(id);
        expect(secondContainer.messages[0]).toContain('deleted or replaced');
        expect(await read(secondContainer.id, `${checkoutsFolder}/file`)).toBe('new');
      } finally {
        rmSync(modulesFolder, { recursive: true, force: true });
      }
    });
  });

  describe('an unhealthy container', () =>
    unhealthyConformance(() => ({ engine }), { openPool, newEnvironment, ensure }));

  describe('a foreign container', () => {
    test('keeps its name and is not touched', async () => {
      const environment = newEnvironment();
      const name = containerName(environment.id);
      const foreign = await engine.create(await subject.spec({ name }));
      await expect(openPool().ensure(environment)).rejects.toMatchObject({ code: 'CONTAINER_NAME_TAKEN' });
      await expect(openPool().replace(environment)).rejects.toMatchObject({ code: 'CONTAINER_NAME_TAKEN' });
      expect(await openPool().prune(async () => [])).not.toContain(name);
      expect(await engine.inspect(name)).toEqual(foreign);
    });

    test('may belong to another installation', async () => {
      const environment = newEnvironment();
      const other = openPool({ installation: 'another' });
      const { id, name } = await ensure(environment, other);
      await expect(openPool().ensure(environment)).rejects.toMatchObject({ code: 'CONTAINER_NAME_TAKEN' });
      expect(await openPool().prune(async () => [])).not.toContain(name);
      expect((await openPool().list()).map((each) => each.name)).not.toContain(name);
      expect((await engine.inspect(name))?.id).toBe(id);
    });
  });

  test('replaces a container with an id that this installation has lost, if the database has recorded its creation', async () => {
    const environment = newEnvironment();
    const { id, name } = await ensure(environment, openPool({ installation: 'lost id' }));
    const requests: string[] = [];
    const recorded = (answer: boolean) => ({
      recordedCreation: async (container: { name: string; image: string; createdAt: Date }) => {
        requests.push(container.name);
        return answer;
      },
    });
    await expect(openPool(recorded(false)).ensure(environment)).rejects.toMatchObject({
      code: 'CONTAINER_NAME_TAKEN',
    });
    // It does not mount our checkouts, whatever the database says.
    const elsewhere = openPool({ ...recorded(true), modulesFolder: tmpdir() });
    await expect(elsewhere.ensure(environment)).rejects.toMatchObject({ code: 'CONTAINER_NAME_TAKEN' });
    expect((await engine.inspect(name))?.id).toBe(id);
    expect(requests).toEqual([name]);

    const successor = await ensure(environment, openPool(recorded(true)));
    expect(successor.events).toEqual(['CONTAINER_REPLACED', 'CONTAINER_CREATED']);
    expect(successor.id).not.toBe(id);
    // From now on it is ours without a question.
    expect((await ensure(environment)).id).toBe(successor.id);
  });

  test('frees a name that a dead container of this installation still has', async () => {
    const environment = newEnvironment();
    const { id } = await ensure(environment);
    // An engine that does not show the container at first, as happens while a removal hangs.
    let hidden = true;
    const inspect: Engine['inspect'] = async (name) => {
      if (!hidden) return engine.inspect(name);
      hidden = false;
      return undefined;
    };
    const secondContainer = await ensure(environment, openPool({}, { ...engine, inspect }));
    expect(secondContainer.events).toEqual(['CONTAINER_NAME_FREED', 'CONTAINER_CREATED']);
    expect(secondContainer.id).not.toBe(id);
  });

  test('waits for its lock, and stops waiting when it is aborted', async () => {
    const environment = newEnvironment();
    const name = lockNames.container(containerName(environment.id));
    const lock = await locks.acquire(name, { owner: 'test' });
    const stop = new AbortController();
    const ensuring = openPool().ensure(environment, { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(ensuring).rejects.toThrow('enough');
    await lock.release();
    expect(await engine.inspect(containerName(environment.id))).toBeUndefined();
  });

  test('replaces on request, but never under a run', async () => {
    const environment = newEnvironment();
    const { id } = await ensure(environment);
    const run = await locks.acquire(lockNames.execution(environment.id), { owner: 'a run' });
    const replacing = openPool().replace(environment);
    await ensure(environment);
    expect((await engine.inspect(containerName(environment.id)))?.id).toBe(id);
    await run.release();
    expect(await replacing).toMatchObject({
      environmentId: environment.id,
      state: 'running',
      stale: undefined,
    });
    expect((await engine.inspect(containerName(environment.id)))?.id).not.toBe(id);
  });

  test('creates a container for each replica, replaced and pruned with its environment', async () => {
    const environment = newEnvironment();
    const names = [1, 2, 3].map((slot) => containerName(environment.id, slot));
    const created = await Promise.all([1, 2, 3].map((slot) => ensure(environment, openPool(), { slot })));
    expect(created.map(({ name }) => name)).toEqual(names);
    expect(names[1]).toBe(`matre_magento_env_${environment.id}_2`);
    const secondContainer = await ensure(environment, openPool(), { slot: 2 });
    expect(secondContainer).toMatchObject({ id: created[1]?.id, events: [] });
    expect((await openPool().list()).map(({ slot, stale }) => [slot, stale])).toEqual([
      [1, undefined],
      [2, undefined],
      [3, undefined],
    ]);
    const fewer = async () => [{ ...environment, slots: 2 }];
    const run = await locks.acquire(lockNames.execution(environment.id), { owner: 'a run' });
    expect(await openPool().prune(fewer)).toEqual([]);
    await run.release();
    expect(await openPool().prune(fewer)).toEqual([names[2]]);
    await openPool().replace(environment);
    expect((await openPool().list()).map(({ name }) => name)).toEqual([names[0]]);
  });

  test('prunes the containers of removed environments, and lists the rest', async () => {
    const [keptEnvironment, removedEnvironment] = [newEnvironment(), newEnvironment()];
    await Promise.all([ensure(keptEnvironment), ensure(removedEnvironment)]);
    expect(await openPool().prune(async () => [{ ...keptEnvironment, slots: 1 }])).toEqual([
      containerName(removedEnvironment.id),
    ]);
    expect(await openPool().list()).toEqual([
      {
        name: containerName(keptEnvironment.id),
        environmentId: keptEnvironment.id,
        slot: 1,
        image: settings.image,
        state: 'running',
        createdAt: expect.any(Date),
        stale: undefined,
      },
    ]);
  });
}
