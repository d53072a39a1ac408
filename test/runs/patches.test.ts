import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { examplePath } from '../../src/demo/examples.ts';
import { sampleRoot } from '../../src/demo/tree.ts';
import { askDoctor, checkOf } from '../doctor/doctor.ts';
import {
  fault,
  type Harness,
  type HarnessEnvironment,
  moduleTest,
  openHarness,
  overOneEngine,
} from './harness.ts';

const framework = 'vendor/magento/magento2-functional-testing-framework';
const driver = `${framework}/src/Magento/FunctionalTestingFramework/Module/MagentoWebDriver.php`;
const printer = `${framework}/stand-in/console.cjs`;

/** A patch with which the stand-in prints a word in the log of each test. */
function printing(word: string): string {
  const lines = readFileSync(examplePath('stand-in/console.cjs'), 'utf8').split('\n');
  const at = lines.indexOf('const width = 80;');
  const context = (from: number) => lines.slice(from, from + 2).map((line) => ` ${line}\n`);
  const start = at - 1;
  const hunk = [...context(start), `+process.stdout.write('${word}\\n');\n`, ...context(at + 1)].join('');
  return `--- a/${printer}\n+++ b/${printer}\n@@ -${start + 1},4 +${start + 1},5 @@\n${hunk}`;
}

const added = `${framework}/stand-in/added.cjs`;
const addition = `--- /dev/null\n+++ b/${added}\n@@ -0,0 +1 @@\n+// added\n`;

/** Runs with patches leave nothing behind in their containers. */
overOneEngine((kind) => {
  let harness: Harness;
  let us: HarnessEnvironment;
  beforeAll(async () => {
    harness = await openHarness(kind, {
      // With a patch of the module MFTF generates.
      settings: { MATRE_PATCHES: 'patches/, visible-element, content-models', MATRE_GENERATION: 'auto' },
      module: { ...moduleTest('OtherTest', fault('sleep 0')), ...moduleTest('PlainTest', fault('sleep 0')) },
    });
    us = await harness.environment('preprod-us', { slots: 2 });
  });
  afterAll(() => harness.close());

  const run = async () => {
    const details = await harness.run(us, { tests: ['PlainTest', 'OtherTest'] });
    const logs = await Promise.all(
      details.results.map(({ attachments }) => {
        const path = attachments.find(({ name }) => name === 'Log')?.path ?? '';
        return harness.artifact(details.run.id, path);
      }),
    );
    return { ...details, logs, codes: details.events.map(({ code }) => code) };
  };
  const inContainers = (path: string) =>
    Promise.all(us.containers.map(({ exec }) => exec('cat', `${sampleRoot}/${path}`)));
  const files = (folder: string) => us.container.exec('ls', '-A', `${sampleRoot}/${framework}/${folder}`);
  const image = (path: string) => readFileSync(examplePath(path), 'utf8');

  test('applies patches in all containers of a run, and names them', async () => {
    harness.module.commit({
      'patches/010-one.patch': printing('word one'),
      'patches/020-new.patch': addition,
    });
    const { run: finished, logs } = await run();
    expect(finished).toMatchObject({
      verdict: 'passed',
      patches: [
        { name: 'patches/010-one.patch', state: 'applied' },
        { name: 'patches/020-new.patch', state: 'applied' },
        { name: 'visible-element', state: 'applied' },
        { name: 'content-models', state: 'applied' },
      ],
    });
    expect(logs).toEqual([expect.stringContaining('word one'), expect.stringContaining('word one')]);
    for (const content of await inContainers(driver))
      expect(content).toContain('function matreFirstDisplayed(');
    expect(await inContainers(added)).toEqual(['// added\n', '// added\n']);
    expect(await harness.log(finished.id)).toContain(
      'Patches of the framework: patches/010-one.patch, patches/020-new.patch, visible-element, content-models\n',
    );
  });

  test('invariant 7: another run in the same containers has its own patches, and its own generated files', async () => {
    harness.module.commit({
      'patches/010-one.patch': printing('word two'),
      'patches/020-new.patch': undefined,
    });
    const { run: finished, logs, codes } = await run();
    expect(finished.verdict).toBe('passed');
    expect(codes).not.toContain('CONTAINER_CREATED');
    for (const log of logs) {
      expect(log).toContain('word two');
      expect(log).not.toContain('word one');
    }
    expect(await files('stand-in')).not.toContain('added.cjs');
    expect(await harness.log(finished.id)).not.toContain('restored from snapshot');
    const repeated = await run();
    expect(repeated.logs[0]).toContain('word two');
    expect(await harness.log(repeated.run.id)).toContain('restored from snapshot');
  });

  test('a patch that does not fit breaks the run, with its file and hunk, and changes nothing', async () => {
    const misfit = printing('word three').replace(' const width = 80;', ' const width = 81;');
    harness.module.commit({ 'patches/010-one.patch': misfit });
    const { run: finished } = await run();
    expect(finished).toMatchObject({ verdict: 'broken', reason: { code: 'PATCH_FAILED' } });
    expect(finished.reason?.message).toMatch(
      new RegExp(
        `^patches/010-one\\.patch: ${printer}: hunk 1 \\(@@ -\\d+,4 \\+\\d+,5 @@\\) does not fit\\.$`,
      ),
    );
    const check = checkOf(await askDoctor(harness.context), 'patches-misfit');
    expect([check.standing, check.findings[0]?.code]).toEqual(['problem', 'PATCH_FAILED']);
    expect(check.findings[0]?.found).toContain('does not fit');
    const [first] = await inContainers(printer);
    expect(first).toBe(image('stand-in/console.cjs'));
    expect(await files('')).not.toContain('.matre-patched');
  });

  test('a module without the folder has the other patches, and the run says so', async () => {
    harness.module.commit({ 'patches/010-one.patch': undefined });
    const { run: finished, events } = await run();
    const check = checkOf(await askDoctor(harness.context), 'patches-misfit');
    expect(check.findings[0]?.found).toBe('They fit: visible-element, content-models.');
    expect(finished.patches.map(({ name }) => name)).toEqual(['visible-element', 'content-models']);
    expect(events).toContainEqual(
      expect.objectContaining({
        code: 'PATCHES_MISSING',
        message: 'The test module has no folder patches with patches of the framework.',
      }),
    );
  });
});
