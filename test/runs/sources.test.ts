import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildSampleTree, sampleRoot } from '../../src/demo/tree.ts';
import { matreItself } from '../../src/model/access.ts';
import { parseInput } from '../../src/operations/core/operation.ts';
import { editEnvironment } from '../../src/operations/environments/environments.ts';
import { submitRuns } from '../../src/operations/runs/runs.ts';
import { listTests, previewRuns } from '../../src/operations/tests/tests.ts';
import { createRepository, type TestRepository } from '../support/git.ts';
import { type Harness, type HarnessEnvironment, moduleTest, openHarness } from './harness.ts';

/** MATRE_SOURCE_RUNS=200: a campaign. */
const randomRuns = Number(process.env.MATRE_SOURCE_RUNS ?? 4);

const mark = (text: string) => `<comment userInput="mark ${text}" stepKey="${text.replaceAll('-', '')}"/>`;
const actionGroup = (name: string, text: string) => `<?xml version="1.0" encoding="UTF-8"?>
<actionGroups xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="urn:magento:mftf:Test/etc/actionGroupSchema.xsd">
    <actionGroup name="${name}">${mark(text)}</actionGroup>
</actionGroups>
`;
const use = (name: string) => `<actionGroup ref="${name}" stepKey="use${name}"/>`;
const data = 'dev/tests/acceptance/tests/_data';
const vendor = 'vendor/codeception/module-webdriver';
const addition = (name: string) => `--- /dev/null\n+++ b/${vendor}/${name}\n@@ -0,0 +1 @@\n+${name}\n`;
const groupPath = (name: string) => `Test/Mftf/ActionGroup/${name}ActionGroup.xml`;

/**
 * Three environments: with the image and the module of the settings, with another image, and with two modules of its own. MFTF generates the
 * Cests into snapshots, or matre writes them.
 */
describe.each(['mftf', 'matre'])(
  'environments with different images, modules and refs, generation by %s',
  (generation) => {
    let home: string;
    let harness: Harness;
    let extra: TestRepository;
    let us: HarnessEnvironment;
    let es: HarnessEnvironment;
    let fr: HarnessEnvironment;
    const request = { principal: matreItself };

    beforeAll(async () => {
      home = await mkdtemp(join(tmpdir(), 'matre-sources-'));
      harness = await openHarness('sandbox', {
        module: {
          ...moduleTest('MarkTest', `${mark('module-main')}${use('ImageMark')}`),
          'Test/Mftf/_data/shared.csv': 'main\n',
          'Test/Mftf/_data/main.csv': 'main\n',
          'patches/010-wait.patch': addition('of-main'),
        },
        settings: { MATRE_PATCHES: 'patches/', MATRE_GENERATION: generation },
      });
      const images = [harness.image, join(home, 'image-2')] as const;
      await buildSampleTree(images[1], { mftfVersion: '5.3.0' });
      for (const [index, image] of images.entries()) {
        const path = join(image, sampleRoot, 'vendor/magento/module-cms', groupPath('ImageMark'));
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, actionGroup('ImageMark', `image-${index + 1}`));
      }
      us = await harness.environment('preprod-us');
      es = await harness.environment('preprod-es');
      fr = await harness.environment('stage-fr');
      const { git, commit } = harness.module;
      for (const ref of ['release', '-odd']) {
        git('branch', '--', ref === '-odd' ? 'odd' : ref);
        git('checkout', '--quiet', ref === '-odd' ? 'odd' : ref);
        const files = moduleTest(
          'MarkTest',
          `${mark(ref === '-odd' ? 'module-odd' : 'module-release')}${use('ImageMark')}`,
        );
        commit(
          ref === 'release'
            ? { ...files, ...moduleTest('OnlyInReleaseTest', mark('only-in-release')) }
            : files,
          ref,
        );
      }
      git('update-ref', 'refs/heads/-odd', 'odd');
      git('checkout', '--quiet', 'main');
      extra = createRepository(join(home, 'extra'));
      // It has a group that the tests of the first module use, and a test of its own.
      extra.commit({
        [groupPath('ImageMark')]: actionGroup('ImageMark', 'image-of-extra'),
        ...moduleTest('ExtraTest', mark('extra-test')),
        'Test/Mftf/_data/shared.csv': 'extra\n',
        // Patches are those of the first module.
        'patches/020-wait.patch': addition('of-extra'),
      });
      await edit(es, { image: images[1] });
      await edit(fr, {
        modules: [
          { name: 'main', target: 'app/code/Acme/Main' },
          { name: 'extra', repository: extra.folder, target: 'app/code/Acme/Extra' },
        ],
      });
    }, 120_000);
    afterAll(async () => {
      await harness.close();
      await rm(home, { recursive: true, force: true });
    });

    const edit = ({ code }: HarnessEnvironment, changes: object) =>
      editEnvironment.run(harness.context, parseInput(editEnvironment, { code, ...changes }), request);
    const submit = async (environment: HarnessEnvironment, ref?: string, tests = ['MarkTest']) => {
      const input = { environments: [environment.code], selection: { tests }, ref, requestedBy: 'test' };
      const { runs } = await submitRuns.run(harness.context, parseInput(submitRuns, input), request);
      return runs[0]?.id ?? 0;
    };
    const marksOf = async (run: number) =>
      new Set([...(await harness.log(run)).matchAll(/"mark ([\w-]+)"/g)].map(([, text]) => text));

    test('invariant 7: runs of different images, modules and refs at once share no generated file wrongly', async () => {
      const places = [
        { environment: us, image: ['image-1'], modules: ['module'] },
        { environment: es, image: ['image-2'], modules: ['module'] },
        // The group of both is merged.
        { environment: fr, image: ['image-1', 'image-of-extra'], modules: ['main', 'extra'] },
      ];
      const refs = [
        [undefined, 'module-main', 'main'],
        ['release', 'module-release', 'release'],
        ['-odd', 'module-odd', 'odd'],
      ] as const;
      let seed = 36;
      const next = (count: number) => {
        seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
        return Math.floor((seed / 2 ** 31) * count);
      };
      const submitted = [];
      for (let index = 0; index < randomRuns; index++) {
        // Each pair once, then any.
        const pair = [0, 4, 8, 5, 1, 2, 3, 6, 7][index] ?? next(9);
        const [place, ref] = [places[Math.floor(pair / 3)], refs[pair % 3]];
        if (!place || !ref) throw new Error('no such pair');
        submitted.push({ place, ref, run: await submit(place.environment, ref[0]) });
      }
      const commits = new Map(
        refs.map(([ref, , branch]) => [ref, harness.module.git('rev-parse', branch).trim()]),
      );
      for (const { place, ref, run } of submitted) {
        const { run: finished } = await harness.finished(run);
        expect([finished.verdict, finished.reason]).toEqual(['passed', null]);
        expect(finished.ref).toBe(ref[0] ?? null);
        expect(finished.modules?.map(({ name }) => name)).toEqual(place.modules);
        expect(finished.modules?.[0]?.id).toBe(commits.get(ref[0]));
        expect([...(await marksOf(run))].sort()).toEqual([...place.image, ref[1]].sort());
      }
      // The fixture files of all modules are there, those of a later one first, and the patches of the first module.
      const texts = (environment: HarnessEnvironment) =>
        environment.container.exec('sh', '-c', `cd ${sampleRoot}/${data} && cat shared.csv main.csv`);
      expect(await Promise.all([us, fr].map(texts))).toEqual(['main\nmain\n', 'extra\nmain\n']);
      expect(await fr.container.exec('sh', '-c', `cd ${sampleRoot}/${vendor} && ls | grep ^of-`)).toBe(
        'of-main\n',
      );
      // They are shared where they may be: one snapshot for each pair.
      const entries = generation === 'mftf' ? await readdir(join(harness.folder, 'snapshots')) : [];
      const snapshots = entries.filter((name) => name.endsWith('.snapshot'));
      expect(snapshots).toHaveLength(generation === 'mftf' ? Math.min(randomRuns, 9) : 0);
    }, 1_800_000);

    test('a ref and its tests are checked at the door, with the sources of the environments', async () => {
      await expect(submit(us, 'absent')).rejects.toMatchObject({ code: 'REF_UNKNOWN' });
      await expect(submit(us, undefined, ['OnlyInReleaseTest'])).rejects.toMatchObject({
        code: 'SELECTION_UNKNOWN',
      });
      await expect(submit(us, undefined, ['ExtraTest'])).rejects.toMatchObject({ code: 'SELECTION_UNKNOWN' });
      const names = async (input: object) => {
        const { tests } = await listTests.run(harness.context, parseInput(listTests, input), request);
        return tests.map(({ name }) => name);
      };
      expect(await names({})).not.toContain('ExtraTest');
      expect(await names({ environment: 'stage-fr' })).toContain('ExtraTest');
      expect(await names({ ref: 'release' })).toContain('OnlyInReleaseTest');
      const preview = await previewRuns.run(
        harness.context,
        parseInput(previewRuns, {
          environments: ['preprod-es', 'stage-fr'],
          selection: { tests: ['MarkTest'] },
          ref: 'release',
        }),
        request,
      );
      const release = harness.module.git('rev-parse', 'release').trim();
      expect(
        preview.environments.map(({ image, commits }) => [image, commits.map(({ name, id }) => [name, id])]),
      ).toEqual([
        [join(home, 'image-2'), [['module', release]]],
        [
          harness.image,
          [
            ['main', release],
            ['extra', extra.git('rev-parse', 'HEAD').trim()],
          ],
        ],
      ]);
    });

    test('a container whose environment gets another image or other modules is replaced, and nothing of them is left', async () => {
      await edit(fr, {
        modules: [{ name: 'extra', repository: extra.folder, target: 'app/code/Acme/Extra' }],
      });
      extra.commit({ 'Cron/data/.env.stage-fr': 'WAIT_TIMEOUT=30\n' });
      const run = await harness.run(fr, { tests: ['ExtraTest'] });
      expect([run.run.verdict, run.run.reason]).toEqual(['passed', null]);
      expect(await fr.container.exec('ls', `${sampleRoot}/app/code/Acme`)).toBe('Extra\n');
      await edit(fr, { modules: [] });
      const back = await submit(fr);
      expect((await harness.finished(back)).run.verdict).toBe('passed');
      expect(await marksOf(back)).toEqual(new Set(['image-1', 'module-main']));
      expect(await fr.container.exec('cat', `${sampleRoot}/${data}/shared.csv`)).toBe('main\n');
      expect((await fr.container.exec('ls', `${sampleRoot}/app/code`)).split('\n')).not.toContain('Acme');
    });
  },
);
