import { afterAll, beforeAll, expect, test } from 'vitest';
import { capture } from '../../src/engine/read-all.ts';
import { lockNames } from '../../src/locks/lock.ts';
import { createLayout } from '../../src/mftf/container/layout.ts';
import { type Harness, type HarnessEnvironment, openHarness, overEngines } from '../runs/harness.ts';
import { lockLayer } from '../support/container-layer.ts';
import { startChromedriver, type TestSelenium } from '../support/selenium.ts';
import { waitFor } from '../support/wait-for.ts';
import { askDoctor, checkOf, problemsOf } from './doctor.ts';

const { generated } = createLayout('/var/www/html');

/** Problems of containers, each produced for real. */
overEngines((kind) => {
  let selenium: TestSelenium;
  let harness: Harness;
  let environment: HarnessEnvironment;
  beforeAll(async () => {
    selenium = await startChromedriver();
    harness = await openHarness(kind, { settings: selenium.settings });
    environment = await harness.environment('preprod-us');
    const { run } = await harness.run(environment, { tests: ['HarbourHomePageTest'] });
    expect(run.verdict).toBe('passed');
  });
  afterAll(async () => {
    await harness.close();
    await selenium.stop();
  });

  const idOf = async () => (await harness.engine.inspect(environment.container.name))?.id;

  test('reports no problem on a healthy installation', async () => {
    const report = await askDoctor(harness.context);
    expect(report.checks.filter(({ standing }) => standing !== 'well')).toEqual([]);
    expect(report.healthy).toBe(true);
  });

  test('a container without its supervisor is named, and replaced with --fix', async () => {
    const before = await idOf();
    await environment.container.exec('rm', '-rf', `${generated}/default`);
    expect(checkOf(await askDoctor(harness.context), 'container-unhealthy').standing).toBe('well');
    // As when an operator deletes the supervisor.
    await environment.container.exec('rm', '-f', '/opt/matre/supervisor.sh');
    const report = await askDoctor(harness.context);
    expect(problemsOf(report)).toEqual([['CONTAINER_UNHEALTHY', 'preprod-us']]);
    const fixed = await askDoctor(harness.context, { fix: true });
    expect(fixed.healthy).toBe(true);
    expect(checkOf(fixed, 'container-unhealthy').healed.join()).toContain('is replaced');
    expect(await idOf()).not.toBe(before);
  });

  test('processes of a finished run are named, and ended only with --fix', async () => {
    const id = (await idOf()) ?? '';
    const argv = ['sh', '-c', 'setsid sleep 1000 >/dev/null 2>&1 & exit 0'];
    await capture(harness.engine, id, argv, { env: { MATRE_EXEC: ':run-7-1:' } });
    const report = await waitFor(async () => {
      const current = await askDoctor(harness.context);
      return current.healthy ? undefined : current;
    });
    expect(problemsOf(report)).toEqual([['PROCESSES_LEFT', 'preprod-us']]);
    expect(checkOf(report, 'processes-left').findings[0]?.found).toContain('run-7-1');
    const fixed = await askDoctor(harness.context, { fix: true });
    expect(fixed.healthy).toBe(true);
    // Fixed, not replaced.
    expect(await idOf()).toBe(id);
  });

  test('--fix does not touch a container that a run uses', async () => {
    const before = await idOf();
    await environment.container.exec('rm', '-f', '/opt/matre/supervisor.sh');
    const run = await harness.context.locks.acquire(lockNames.execution(environment.id), { owner: 'a run' });
    const fixed = await askDoctor(harness.context, { fix: true });
    expect(checkOf(fixed, 'container-unhealthy')).toMatchObject({
      standing: 'problem',
      healed: [expect.stringContaining('in use')],
    });
    expect(await idOf()).toBe(before);
    await run.release();
    expect((await askDoctor(harness.context, { fix: true })).healthy).toBe(true);
  });

  test('a container of a removed environment is named, and removed with --fix', async () => {
    const removed = await harness.environment('stage-es');
    await harness.run(removed, { tests: ['HarbourHomePageTest'] });
    await harness.context.environments.remove(removed.id);
    const report = await askDoctor(harness.context);
    expect(problemsOf(report)).toEqual([['CONTAINER_ORPHANED', removed.container.name]]);
    expect((await askDoctor(harness.context, { fix: true })).healthy).toBe(true);
    expect(await harness.engine.inspect(removed.container.name)).toBeUndefined();
  });

  // The sandbox has no engine that could fail to remove a folder.
  if (kind === 'docker')
    test('a container that the engine cannot remove is replaced, named, and removed with --fix when it can be', async () => {
      const before = (await idOf()) ?? '';
      const { unlock } = await lockLayer(before);
      const name = `${environment.container.name}-dead-${before.slice(0, 12)}`;
      try {
        await harness.engine.remove(before);
        const { run } = await harness.run(environment, { tests: ['HarbourHomePageTest'] });
        expect(run.verdict).toBe('passed');
        expect(await idOf()).not.toBe(before);
        expect(problemsOf(await askDoctor(harness.context))).toEqual([['CONTAINER_DEAD', name]]);
      } finally {
        unlock();
      }
      expect((await askDoctor(harness.context, { fix: true })).healthy).toBe(true);
      expect(await harness.engine.inspect(before)).toBeUndefined();
    });

  test('a foreign container under a name of matre is named, and never touched', async () => {
    const occupied = await harness.environment('preprod-es');
    const foreign = await harness.engine.create({
      name: occupied.container.name,
      image: harness.image,
      labels: {},
      env: {},
      mounts: [],
      tmpfs: [],
      files: [],
      writable: [],
      network: undefined,
      extraHosts: [],
      capabilities: [],
      memoryBytes: 64 * 1024 ** 2,
    });
    const report = await askDoctor(harness.context, { fix: true });
    expect(problemsOf(report)).toEqual([['CONTAINER_NAME_TAKEN', occupied.container.name]]);
    expect((await harness.engine.inspect(occupied.container.name))?.id).toBe(foreign.id);
    await harness.engine.remove(foreign.id);
  });
});
