import { afterEach, describe, expect, test } from 'vitest';
import { matreItself } from '../../src/model/access.ts';
import { listResults } from '../../src/operations/results/run-results.ts';
import { dockerTestImage, sandboxTestImage } from '../support/image.ts';
import {
  fault,
  type Harness,
  type HarnessOptions,
  moduleTest,
  openHarness,
  overOneEngine,
} from './harness.ts';

/**
 * Selections and configurations that cannot be executed: refused on submission where this is known, otherwise reported
 * by the run.
 */

let harness: Harness | undefined;
afterEach(async () => {
  await harness?.close();
  harness = undefined;
});

overOneEngine((kind) => {
  async function runWith(settings: HarnessOptions['settings'] = {}) {
    harness = await openHarness(kind, { settings });
    return (await harness.run(await harness.environment('preprod-us'), { tests: ['HarbourHomePageTest'] }))
      .run;
  }

  test('an image that does not exist', async () => {
    const image = kind === 'docker' ? 'matre-no-such-image:latest' : '/no/such/folder';
    expect(await runWith({ MATRE_IMAGE: image })).toMatchObject({
      verdict: 'broken',
      reason: { code: 'IMAGE_MISSING', message: expect.stringContaining(image) },
    });
  });

  test('an image without MFTF', async () => {
    const image = kind === 'docker' ? await dockerTestImage() : sandboxTestImage();
    expect(await runWith({ MATRE_IMAGE: image })).toMatchObject({
      verdict: 'broken',
      reason: { code: 'IMAGE_UNSUITABLE', message: expect.stringContaining('vendor/bin/mftf') },
    });
  });

  test('unknown names, with the nearest names of the module and the image', async () => {
    harness = await openHarness(kind, { workers: false });
    const environment = await harness.environment('preprod-us');
    await expect(harness.submit(environment, { tests: ['HarbourHomepageTest'] })).rejects.toMatchObject({
      code: 'SELECTION_UNKNOWN',
      message: expect.stringContaining('HarbourHomePageTest'),
    });
    await expect(harness.submit(environment, { groups: ['smok'] })).rejects.toMatchObject({
      code: 'SELECTION_UNKNOWN',
      message: expect.stringContaining('smoke'),
    });
    const all = { tests: ['HarbourHomePageTest'], exclude: ['HarbourHomePageTest'] };
    await expect(harness.submit(environment, all)).rejects.toMatchObject({ code: 'SELECTION_EMPTY' });
    expect(await harness.context.runs.list({ limit: 10 })).toEqual([]);
  });

  test('names that were removed before the run began, with the nearest names', async () => {
    harness = await openHarness(kind, { workers: false, module: moduleTest('PlainTest', fault('sleep 0')) });
    const environment = await harness.environment('preprod-us');
    const run = await harness.submit(environment, { tests: ['PlainTest', 'HarbourHomePageTest'] });
    const renamedModule = moduleTest('PlainerTest', fault('sleep 0'));
    harness.module.commit({ 'Test/Mftf/Test/PlainTest.xml': undefined, ...renamedModule }, 'Another name');
    await harness.startWorkers();
    const reason = {
      code: 'SELECTION_UNKNOWN',
      message: 'There is no test "PlainTest". Nearest: PlainerTest.',
    };
    expect((await harness.finished(run)).run).toMatchObject({ verdict: 'broken', reason });
    const listed = await listResults.run(harness.context, { id: run }, { principal: matreItself });
    expect(listed).toMatchObject({ reason, tests: [] });
  });
});

describe('any engine', () => {
  test('a missing Docker where Docker is required', async () => {
    const settings = { MATRE_ENGINE: 'docker', DOCKER_HOST: 'unix:///no/such/docker.sock' };
    harness = await openHarness('sandbox', { settings });
    const environment = await harness.environment('preprod-us');
    expect((await harness.run(environment, { tests: ['HarbourHomePageTest'] })).run).toMatchObject({
      verdict: 'broken',
      reason: { code: 'ENGINE_UNREACHABLE' },
    });
  });

  test('invalid XML in the module, with file and line', async () => {
    const broken =
      '<tests>\n  <test name="BrokenTest">\n    <see userInput="x" stepKey="see"\n  </test>\n</tests>\n';
    harness = await openHarness('sandbox', {
      workers: false,
      module: { 'Test/Mftf/Test/BrokenTest.xml': broken },
    });
    const environment = await harness.environment('preprod-us');
    await expect(harness.submit(environment, { groups: ['smoke'] })).rejects.toMatchObject({
      code: 'MODULE_INVALID',
      message: expect.stringMatching(/Test\/Mftf\/Test\/BrokenTest\.xml.*\b[34]\b/),
    });
  });

  test.each([
    ['has no', undefined],
    ['has an empty', '\n'],
  ])('a module that %s env file for the environment, with path and commit', async (_what, content) => {
    harness = await openHarness('sandbox');
    const environment = await harness.environment('preprod-us');
    const commit = harness.module.commit({ 'Cron/data/.env.preprod-us': content }, 'Without values');
    const { run } = await harness.run(environment, { tests: ['HarbourHomePageTest'] });
    expect(run).toMatchObject({ verdict: 'broken', reason: { code: 'MODULE_ENV_FILE_MISSING' } });
    expect(run.reason?.message).toContain('Cron/data/.env.preprod-us');
    expect(run.reason?.message).toContain(commit);
  });

  test('a repository that does not answer', async () => {
    harness = await openHarness('sandbox', {
      settings: { MATRE_MODULE_REPOSITORY: 'file:///no/such/repository' },
    });
    const environment = await harness.environment('preprod-us');
    expect((await harness.run(environment, { tests: ['HarbourHomePageTest'] })).run).toMatchObject({
      verdict: 'broken',
      reason: { code: 'MODULE_CHECKOUT_FAILED' },
    });
  });
});
