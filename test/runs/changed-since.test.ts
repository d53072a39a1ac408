import { afterAll, beforeAll, expect, test } from 'vitest';
import { matreItself } from '../../src/model/access.ts';
import { parseInput } from '../../src/operations/core/operation.ts';
import { showChangesSincePass } from '../../src/operations/results/changes-since-pass.ts';
import { submitRuns } from '../../src/operations/runs/runs.ts';
import { listChangedTests, showTestChanges } from '../../src/operations/tests/changed-tests.ts';
import { showTestSteps } from '../../src/operations/tests/test-steps.ts';
import { previewRuns } from '../../src/operations/tests/tests.ts';
import { type Harness, moduleTest, openHarness, overOneEngine } from './harness.ts';

const requestContext = { principal: matreItself };
const see = (selector: string) => `<seeElement selector="${selector}" stepKey="seeIt"/>`;
const home = '<amOnPage url="{{StorefrontHarbourHomePage.url}}" stepKey="open"/>';
const testNamed = (name: string, selector: string) => moduleTest(name, `${home}${see(selector)}`);
const folder = 'app/code/TestModule/Test/Mftf';
const file = (name: string) => `${folder}/Test/${name}.xml`;
/** A section whose element has its selector on its second line. */
const markSection = (selector: string) => ({
  'Test/Mftf/Section/MarkSection.xml': `<sections>
<section name="MarkSection">
<element name="mark" type="text"
 selector="${selector}"/>
</section>
</sections>`,
});

/** Which tests differ between commits, in lists, runs and results. */
overOneEngine((kind) => {
  let harness: Harness;
  let first: string;
  beforeAll(async () => {
    harness = await openHarness(kind, {
      module: {
        ...testNamed('SteadyTest', 'body'),
        ...testNamed('EditedTest', '{{MarkSection.mark}}'),
        ...markSection('body'),
      },
    });
    await harness.environment('preprod-us');
    first = harness.module.git('rev-parse', 'HEAD').trim();
  });
  afterAll(() => harness.close());

  const changed = (input: object) =>
    listChangedTests.run(harness.context, parseInput(listChangedTests, input), requestContext);
  const submit = (input: object) => {
    const request = { environments: ['preprod-us'], requestedBy: 'test', ...input };
    return submitRuns.run(harness.context, parseInput(submitRuns, request), requestContext);
  };
  const changesOf = (id: number, name: string, step = 'seeIt') => {
    const input = { id, test: name, step };
    return showChangesSincePass.run(harness.context, parseInput(showChangesSincePass, input), requestContext);
  };

  test('a run covers the tests of its selection that changed, at the commit that was compared', async () => {
    const all = { selection: { groups: ['made'] } };
    const passed = await harness.finished((await submit(all)).runs[0]?.id ?? 0);
    expect(passed.run.verdict).toBe('passed');
    expect(await submit({ ...all, changedSince: first })).toEqual({ runs: [], unchanged: ['preprod-us'] });

    harness.module.commit(markSection('#nowhere'), 'Look for what is nowhere');
    const commit = harness.module.commit({ 'README.md': 'new' }, 'Say something');
    const preview = await previewRuns.run(
      harness.context,
      parseInput(previewRuns, { ...all, environments: ['preprod-us'], changedSince: first }),
      requestContext,
    );
    expect(preview.tests.map(({ test }) => test)).toEqual(['EditedTest']);
    const element = { file: `${folder}/Section/MarkSection.xml`, line: 3 };
    const reason = { kind: 'element', text: 'element MarkSection.mark changed', ...element };
    expect(preview.changes).toMatchObject({ of: 2, tests: [{ test: 'EditedTest', reasons: [reason] }] });
    expect(preview.changes?.otherFiles).toEqual({ count: 1, paths: ['README.md'] });

    const { runs, unchanged } = await submit({ ...all, changedSince: first });
    expect(unchanged).toEqual([]);
    const { run, plan, events } = await harness.finished(runs[0]?.id ?? 0);
    expect(run).toMatchObject({ verdict: 'failed', ref: commit, commit: { id: commit } });
    expect(plan.map(({ test }) => test)).toEqual(['EditedTest']);
    expect(events[0]).toMatchObject({
      code: 'CHANGED_TESTS',
      message: expect.stringMatching(/^1 of 2 tests changed since [0-9a-f]{8}: /),
    });

    const changes = await changesOf(run.id, 'EditedTest');
    expect(changes.since?.run).toBe(passed.run.id);
    expect(changes.commits?.map(({ subject }) => subject)).toEqual([
      'Say something',
      'Look for what is nowhere',
    ]);
    expect(changes.changes).toMatchObject({ state: 'changed', reasons: [reason] });
    const steps = changes.changes?.parts[0]?.hunks[0]?.steps ?? [];
    expect(steps.map(({ change, text }) => `${change} ${text}`)).toEqual([
      'same url="/"',
      'removed selector="body"',
      'added selector="#nowhere"',
    ]);
    expect(changes.step).toMatchObject({
      place: { file: file('EditedTest'), line: 3 },
      changed: true,
      lastChange: {
        subject: 'Look for what is nowhere',
        author: 'Tester',
        commitsAgo: 1,
        kind: 'element',
        name: 'MarkSection.mark',
        place: element,
      },
    });
    const { step: other } = await changesOf(run.id, 'EditedTest', 'open');
    expect(other).toMatchObject({
      changed: false,
      lastChange: { commitsAgo: 2, boundary: true, kind: 'step', name: 'open', place: other?.place },
    });
  });

  test('new and removed tests are named, and a test shows its difference', async () => {
    harness.module.git('checkout', '--quiet', '-b', 'feature', first);
    harness.module.commit({
      ...testNamed('NewTest', 'body'),
      'Test/Mftf/Test/SteadyTest.xml': undefined,
    });
    const { tests, lost } = await changed({ since: first, ref: 'feature', environment: 'preprod-us' });
    expect(tests).toMatchObject([{ test: 'NewTest', suites: [null], reasons: [{ kind: 'new' }] }]);
    expect(lost).toEqual([{ test: 'SteadyTest', reason: 'it was removed' }]);
    const same = { since: 'feature', ref: 'feature', environment: 'preprod-us' };
    expect((await changed({ ...same, sinceEnvironment: 'preprod-us' })).tests).toEqual([]);
    // Main has other changes, which are not those of the branch.
    const two = await changed({ since: 'main', ref: 'feature' });
    expect(two.tests.map(({ test }) => test)).toEqual(['NewTest', 'EditedTest'].sort());
    const three = await changed({ since: 'main', ref: 'feature', mergeBase: 'true' });
    expect(three.tests.map(({ test }) => test)).toEqual(['NewTest']);
    expect(three.since.id).toBe(first);
    const input = parseInput(showTestChanges, { test: 'SteadyTest', since: 'main', ref: 'feature' });
    expect(await showTestChanges.run(harness.context, input, requestContext)).toMatchObject({
      state: 'removed',
      parts: [{ part: 'test', hunks: [{ steps: [{ change: 'removed' }, { change: 'removed' }] }] }],
    });
  });

  test('secrets of an environment are hidden in what changed, also where the module has them as they are', async () => {
    harness.module.git('checkout', '--quiet', 'main');
    const entities = (value: string) => `<?xml version="1.0" encoding="UTF-8"?>
<entities xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="urn:magento:mftf:DataGenerator/etc/dataProfileSchema.xsd">
    <entity name="Clerk" type="clerk"><data key="word">${value}</data></entity>
</entities>
`;
    const step = '<see selector="body" userInput="{{Clerk.word}}" stepKey="seeIt"/>';
    const test = moduleTest('ClerkTest', `${home}${step}`);
    const before = harness.module.commit({ ...test, 'Test/Mftf/Data/ClerkData.xml': entities('of-before') });
    harness.module.commit({ 'Test/Mftf/Data/ClerkData.xml': entities('Blue!Harbour-7') });
    const place = { test: 'ClerkTest', since: before, ref: 'main' };
    const answer = async (input: object) =>
      JSON.stringify(
        await showTestChanges.run(harness.context, parseInput(showTestChanges, input), requestContext),
      );
    expect(await answer({ ...place, environment: 'preprod-us' })).toContain('Blue!Harbour-7');
    await harness.context.variables.set('global', {
      name: 'CLERK_WORD',
      value: 'Blue!Harbour-7',
      secret: true,
    });
    const hidden = await answer({ ...place, environment: 'preprod-us' });
    expect(hidden).toContain('of-before');
    expect(hidden).toContain('[hidden]');
    expect(hidden).not.toContain('Harbour-7');
    const list = await changed({ since: before, ref: 'main', environment: 'preprod-us' });
    expect(list.tests.map(({ test }) => test)).toEqual(['ClerkTest']);
    expect(JSON.stringify(list)).not.toContain('Harbour-7');
    // Whoever asks may leave the environment out.
    expect(await answer(place)).toContain('[hidden]');
    expect(JSON.stringify(await changed({ since: before, ref: 'main' }))).not.toContain('Harbour-7');
  });

  test('secrets of other commits are hidden, also where they moved to a file of variables later', async () => {
    const environmentFile = 'Cron/data/.env.preprod-us';
    const plain = harness.module.git('show', `main:${environmentFile}`);
    const commitWith = (step: string, variables: string) =>
      harness.module.commit({
        ...moduleTest('GuardTest', `${home}<see selector="body" userInput="${step}" stepKey="seeIt"/>`),
        [environmentFile]: `${plain}${variables}`,
      });
    const moved = commitWith('Moved!Harbour-1', '');
    const old = commitWith('Old!Harbour-2', 'GUARD_PASSWORD=Old!Harbour-2\n');
    const next = commitWith('Next!Harbour-3', 'GUARD_PASSWORD=Moved!Harbour-1\n');
    const show = async (operation: typeof showTestSteps | typeof showTestChanges, input: object) => {
      const request = parseInput(operation as typeof showTestSteps, { test: 'GuardTest', ...input });
      return JSON.stringify(await operation.run(harness.context, request as never, requestContext));
    };
    for (const environment of [{ environment: 'preprod-us' }, {}]) {
      const steps = await show(showTestSteps, { ref: moved, ...environment });
      expect(steps).toContain('[hidden]');
      expect(steps).not.toContain('Harbour-1');
      const changes = await show(showTestChanges, { since: old, ref: next, ...environment });
      expect(changes).toContain('[hidden]');
      expect(changes).not.toContain('Harbour-2');
      expect(changes).toContain('Next!Harbour-3');
    }
  });

  test('refs that cannot be compared are refused, each with a code', async () => {
    harness.module.git('checkout', '--quiet', '--orphan', 'unrelated');
    harness.module.commit({}, 'Another history');
    await expect(changed({ since: 'nowhere' })).rejects.toMatchObject({ code: 'REF_UNKNOWN' });
    await expect(changed({ since: '-x' })).rejects.toMatchObject({ code: 'REF_UNKNOWN' });
    await expect(changed({ since: 'a'.repeat(40) })).rejects.toMatchObject({ code: 'REF_UNKNOWN' });
    await expect(changed({ since: 'unrelated', ref: 'main', mergeBase: 'true' })).rejects.toMatchObject({
      code: 'REF_UNRELATED',
    });
    // A commit that a force push has removed is still known to the clone.
    harness.module.git('checkout', '--quiet', 'feature');
    const pushed = harness.module.commit(testNamed('NewTest', 'html'));
    await changed({ since: 'main', ref: 'feature' });
    harness.module.git('reset', '--quiet', '--hard', 'HEAD~');
    const { tests } = await changed({ since: pushed, ref: 'feature' });
    expect(tests.map(({ test }) => test)).toEqual(['NewTest']);
  });

  test('all tests changed when the earlier commit cannot be read', async () => {
    harness.module.git('checkout', '--quiet', 'feature');
    const broken = harness.module.commit({ 'Test/Mftf/Test/NewTest.xml': '<tests><test' }, 'Break a file');
    harness.module.commit(testNamed('NewTest', 'body'), 'Repair it');
    const { tests } = await changed({ since: broken, ref: 'feature' });
    expect(tests.length).toBeGreaterThan(5);
    expect(tests[0]?.reasons[0]).toMatchObject({
      kind: 'unreadable',
      text: expect.stringMatching(/^the earlier commit cannot be read: .*NewTest\.xml:1: /),
    });
  });
});
