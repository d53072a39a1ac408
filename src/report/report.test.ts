import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { junitReport, reported, result } from '../../test/support/reported-run.ts';
import type { Result, Status, Step } from '../model/result.ts';
import type { Run } from '../model/run.ts';
import { allureEntries } from './allure.ts';
import { allureSteps } from './allure-steps.ts';

interface Element {
  name: string;
  attributes: Record<string, string>;
  children: Element[];
  text: string;
}

/** Parses strictly: what is not well-formed XML 1.0 throws. */
function parse(xml: string): Element {
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name, attributes: attributes as Record<string, string>, children: [], text: '' };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => void open.pop());
  parser.on('text', (text) => {
    const element = open.at(-1);
    if (element) element.text += text;
  });
  parser.write(xml).close();
  return root.children[0] as Element;
}

const suitesOf = (xml: string) => parse(xml).children;
const casesOf = (suite: Element | undefined) =>
  suite?.children.filter(({ name }) => name === 'testcase') ?? [];
const errorsOf = (xml: string) =>
  suitesOf(xml)
    .flatMap(casesOf)
    .flatMap(({ children }) => children.filter(({ name }) => name === 'error'));

describe('junitReport', () => {
  it('has a suite for each run and a case for each test, as the schema of JUnit requires', async () => {
    const first = reported(
      [
        result('ATest', 'passed'),
        result('BTest', 'failed', { suite: 'OneSuite' }),
        result('CTest', 'skipped'),
        result('DTest', 'broken', { reason: { code: 'OUT_OF_MEMORY', message: 'no memory' } }),
      ],
      { verdict: 'broken' },
    );
    const xml = await junitReport([
      first,
      reported([result('ATest', 'passed')], { environmentCode: 'stage-es' }),
    ]);
    const root = parse(xml);
    expect(root.attributes).toEqual({
      name: 'matre',
      tests: '5',
      failures: '1',
      errors: '1',
      time: '6.170',
    });
    const [suite, other] = root.children;
    expect(other?.attributes).toMatchObject({ name: 'stage-es', tests: '1' });
    expect(suite?.attributes).toEqual({
      name: 'preprod-us',
      tests: '4',
      failures: '1',
      errors: '1',
      skipped: '1',
      time: '4.936',
      timestamp: '2026-01-02T03:04:00',
    });
    const properties = suite?.children[0]?.children.map(({ attributes }) => [
      attributes['name'],
      attributes['value'],
    ]);
    expect(properties).toContainEqual(['commit', '0123456789abcdef']);
    expect(properties).toContainEqual(['commit.subject', 'Add <a> "test" & more']);
    expect(
      casesOf(suite).map(({ attributes, children }) => [attributes['classname'], children[0]?.name]),
    ).toEqual([
      ['preprod-us.default', undefined],
      ['preprod-us.OneSuite', 'failure'],
      ['preprod-us.default', 'skipped'],
      ['preprod-us.default', 'error'],
    ]);
    const failure = casesOf(suite)[1]?.children[0];
    expect(failure).toMatchObject({
      attributes: { type: 'failed', message: 'BTest went wrong' },
      text: 'BTest went wrong\nin the second line',
    });
    expect(casesOf(suite)[3]?.children[0]?.attributes).toMatchObject({ type: 'OUT_OF_MEMORY' });
  });

  it('names the line that a failure comes from, in the repository of the test module', async () => {
    const file = 'app/code/Acme/Test/Mftf/Test/ATest.xml';
    const call = { file, line: 12, actionGroup: 'Open', stepKey: 'open' };
    const ofImage = { file: 'vendor/magento/module-cart/Open.xml', line: 4 };
    const step = { ...ofImage, stepKey: 'clickOpen', call };
    const results = [
      result('ATest', 'failed', { place: { test: { file, line: 3 }, step } }),
      result('BTest', 'failed', { place: { test: ofImage } }),
      result('CTest', 'failed'),
    ];
    const module = { name: 'module', target: 'app/code/Acme', id: 'c0ffee', subject: '' };
    const [suite] = suitesOf(await junitReport([reported(results, { modules: [module] })]));
    expect(casesOf(suite).map(({ attributes: { file, line } }) => [file, line])).toEqual([
      ['Test/Mftf/Test/ATest.xml', '12'],
      ['vendor/magento/module-cart/Open.xml', '4'],
      [undefined, undefined],
    ]);
    // The xUnit plugin of Jenkins refuses other attributes.
    const [strict] = suitesOf(await junitReport([reported(results, { modules: [module] })], 'xunit'));
    for (const { attributes } of casesOf(strict)) {
      expect(Object.keys(attributes)).toEqual(['name', 'classname', 'time']);
    }
  });

  it('reports planned tests without a result as errors', async () => {
    const plan = [
      { test: 'ATest', suite: undefined },
      { test: 'ATest', suite: 'OneSuite' },
    ];
    const run = reported([result('ATest', 'passed')], { verdict: 'broken' }, plan);
    const [suite] = suitesOf(await junitReport([run]));
    expect(
      casesOf(suite).map(({ attributes, children }) => [attributes['classname'], children[0]?.name]),
    ).toEqual([
      ['preprod-us.default', undefined],
      ['preprod-us.OneSuite', 'error'],
    ]);
  });

  it.each<[string, Partial<Run>, string]>([
    ['broken', { verdict: 'broken', reason: { code: 'IMAGE_MISSING', message: 'no image' } }, 'no image'],
    ['cancelled', { verdict: 'cancelled' }, 'cancelled'],
    ['still running', { state: 'running', verdict: undefined }, 'not finished'],
  ])('never shows a run as green that is %s', async (_, more, words) => {
    const [error] = errorsOf(await junitReport([reported([result('ATest', 'passed')], more)]));
    expect(error?.text).toContain(words);
  });

  it('skips a failure that a quarantine covers, with its reason, and has the failure as output', async () => {
    const quarantine = {
      id: 3,
      owner: 'ann',
      reason: 'slow "modal"',
      endsAt: new Date('2026-12-31T12:00:00Z'),
    };
    const plan = [
      { test: 'ATest', suite: undefined, quarantine },
      { test: 'BTest', suite: undefined },
    ];
    const results = [result('ATest', 'failed', { message: 'No <cart>' }), result('BTest', 'failed')];
    const [suite] = suitesOf(await junitReport([reported(results, {}, plan)]));
    expect(suite?.attributes).toMatchObject({ tests: '2', failures: '1', skipped: '1' });
    const [covered, other] = casesOf(suite);
    expect(
      covered?.children.map(({ name, attributes, text }) => [name, attributes['message'], text]),
    ).toEqual([
      ['skipped', 'Quarantined until 2026-12-31 by ann: slow "modal"', ''],
      ['system-out', undefined, 'No <cart>'],
    ]);
    expect(other?.children[0]?.name).toBe('failure');
  });

  it('has what users know about the cause of a failure in the output of the test', async () => {
    const failed = { ...result('ATest', 'failed', { message: 'No cart' }), cause: 'c1' };
    const note = {
      ...{ cause: 'c1', kind: 'product' as const, note: 'since <the> rework', link: 'https://example.com/1' },
      ...{ owner: 'ann', revision: 1, updatedBy: 'ann', updatedAt: new Date() },
    };
    const run = reported([failed], {}, [], new Map([['c1', note]]));
    const [suite] = suitesOf(await junitReport([run]));
    const [failure, output] = casesOf(suite)[0]?.children ?? [];
    expect([failure?.text, output?.text]).toEqual([
      'No cart',
      'Known cause (product, ann): since <the> rework, https://example.com/1',
    ]);
  });

  it('writes earlier attempts as Maven Surefire does: flaky when a test passed after it had failed', async () => {
    const inAttempt = (test: string, status: Status, attempt: number, more: Partial<Result> = {}) =>
      result(test, status, { attempt, ...more });
    const vanished = { reason: { code: 'CONTAINER_VANISHED' as const, message: 'gone' }, message: undefined };
    const results = [
      ...[
        inAttempt('Flaky', 'failed', 1),
        inAttempt('Flaky', 'broken', 2, vanished),
        inAttempt('Flaky', 'passed', 3),
      ],
      ...[
        inAttempt('Failed', 'broken', 1, vanished),
        inAttempt('Failed', 'failed', 2),
        inAttempt('Failed', 'failed', 3),
      ],
      ...[inAttempt('Faulty', 'broken', 1, vanished), inAttempt('Faulty', 'passed', 2)],
      inAttempt('Passed', 'passed', 1),
    ];
    const root = parse(await junitReport([reported(results)]));
    const suite = root.children[0];
    expect(suite?.attributes).toMatchObject({ tests: '4', failures: '1', errors: '0' });
    const cases = suite?.children.filter(({ name }) => name === 'testcase') ?? [];
    expect(
      cases.map(({ attributes, children }) => [attributes.name, ...children.map(({ name }) => name)]),
    ).toEqual([
      ['Flaky', 'flakyFailure'],
      ['Failed', 'failure', 'rerunError', 'rerunFailure'],
      ['Faulty'],
      ['Passed'],
    ]);
    const [flaky] = cases[0]?.children ?? [];
    expect(flaky).toMatchObject({
      attributes: { type: 'failed', message: 'Flaky went wrong' },
      children: [{ name: 'stackTrace', text: 'Flaky went wrong\nin the second line' }],
    });
  });

  it('has a result of Allure for each attempt, which are retries of each other, and marks flaky tests', () => {
    const results = [
      result('Flaky', 'failed', { attempt: 1 }),
      result('Flaky', 'passed', { attempt: 2 }),
      result('Faulty', 'broken', { attempt: 1 }),
      result('Faulty', 'passed', { attempt: 2 }),
    ];
    const { run, listed } = reported(results, {}, [{ test: 'Lost', suite: undefined }]);
    const entries = listed.flatMap((test) => allureEntries(run, test));
    const files = entries.map(({ result }) => result);
    expect(files.map(({ name, status, statusDetails: { flaky } }) => [name, status, flaky])).toEqual([
      ['Flaky', 'failed', false],
      ['Flaky', 'passed', true],
      ['Faulty', 'broken', false],
      ['Faulty', 'passed', false],
      ['Lost', 'broken', false],
    ]);
    expect(new Set(files.map(({ uuid }) => uuid)).size).toBe(5);
    expect(new Set(files.map(({ historyId }) => historyId)).size).toBe(3);
    expect(files[0]).toMatchObject({
      statusDetails: { message: 'Flaky went wrong\nin the second line' },
      start: new Date('2026-01-02T03:04:05.678Z').getTime(),
      stop: new Date('2026-01-02T03:04:06.912Z').getTime(),
    });
  });

  it('has the steps of a test for Allure one after the other, the one that failed with its line', () => {
    const step = (name: string, status: Status, steps: Step[] = []): Step => ({
      ...{ name, status, durationMs: 100, attachments: [{ name: 'Page', path: 'tests/A/page.html' }], steps },
    });
    const place = {
      test: { file: 'app/code/Acme/Test/A.xml', line: 3 },
      step: {
        ...{ file: 'app/code/Acme/ActionGroup/Open.xml', line: 12, stepKey: 'open' },
        call: { file: 'app/code/Acme/Test/A.xml', line: 7, actionGroup: 'Open', stepKey: 'callOpen' },
      },
    };
    const failed = result('A', 'failed', { place });
    const { run, listed } = reported([failed]);
    const urlOf = ({ file, line }: { file: string; line: number }) => `https://git.test/${file}#${line}`;
    const [entry] = listed.flatMap((test) => allureEntries(run, test, urlOf));
    expect(entry?.result.statusDetails.trace).toBe(
      'app/code/Acme/ActionGroup/Open.xml:12\napp/code/Acme/Test/A.xml:7\napp/code/Acme/Test/A.xml:3',
    );
    expect(entry?.result.links).toMatchObject([
      { url: 'https://git.test/app/code/Acme/ActionGroup/Open.xml#12' },
    ]);
    const steps = [
      step('[open] passed\0', 'passed'),
      step('[callOpen] Open', 'failed', [step('[open] am on page', 'failed')]),
    ];
    const startMs = failed.startedAt.getTime();
    const [first, second] = allureSteps(steps, { ...failed, uuid: 'u' });
    expect(first).toMatchObject({
      name: '[open] passed',
      start: startMs,
      stop: startMs + 100,
      parameters: [],
    });
    expect(second).toMatchObject({
      ...{ start: startMs + 100, parameters: [{ value: 'app/code/Acme/Test/A.xml:7' }] },
      steps: [{ parameters: [{ value: 'app/code/Acme/ActionGroup/Open.xml:12' }] }],
    });
    expect(first?.attachments).toEqual(second?.attachments);
  });

  it('has no error when all tests passed', async () => {
    expect(errorsOf(await junitReport([reported([result('ATest', 'passed')])]))).toEqual([]);
    expect(
      errorsOf(await junitReport([reported([result('ATest', 'failed')], { verdict: 'failed' })])),
    ).toEqual([]);
  });

  it('stays well-formed and loses only characters that XML forbids, for any message', async () => {
    const text = fc.string({
      unit: fc.oneof(
        fc.constantFrom('<', '&', ']]>', '"', '\r\n', '\t', '\0', '\x1b[31m', '\ud800', '\uffff'),
        fc.string({ unit: 'binary', maxLength: 1 }),
      ),
    });
    await fc.assert(
      fc.asyncProperty(text, text, async (message, subject) => {
        const run = reported([result('ATest', 'failed', { message })], { commit: { id: 'c', subject } });
        const [suite] = suitesOf(await junitReport([run]));
        const allowed = (value: string) =>
          [...value]
            .filter((one) => /^[\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]$/u.test(one))
            .join('');
        expect(casesOf(suite)[0]?.children[0]?.text).toBe(allowed(message));
        const kept = suite?.children[0]?.children.find(
          ({ attributes }) => attributes['name'] === 'commit.subject',
        );
        expect(kept?.attributes['value']).toBe(allowed(subject));
      }),
    );
  });
});
