import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLayout } from '../container/layout.ts';
import {
  embeddedVariables,
  type GenerationInputs,
  generationEnv,
  generationKey,
  wholeTreeSource,
} from './snapshot-key.ts';

const value = (name: string, value: string) => ({ name, value, secret: false });

const inputs: GenerationInputs = {
  imageId: 'sha256:1',
  patches: undefined,
  source: 'commit-1',
  env: generationEnv([value('WAIT_TIMEOUT', '30')], []),
  php: 'php',
  layout: createLayout('/var/www/html'),
  targets: ['app/code/TestModule'],
  tests: [
    { name: 'ATest', suite: undefined },
    { name: 'BTest', suite: 'ASuite' },
  ],
};
const key = generationKey(inputs);

describe('the key of a generation', () => {
  test('is the same for the same inputs, in any order of the tests', () => {
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(generationKey(structuredClone(inputs))).toBe(key);
    expect(generationKey({ ...inputs, tests: inputs.tests.toReversed() })).toBe(key);
  });

  test.each<[string, Partial<GenerationInputs>]>([
    ['the image', { imageId: 'sha256:2' }],
    ['the patches of the framework', { patches: 'a'.repeat(64) }],
    ['the commit, or the digest of the files', { source: 'commit-2' }],
    ['the enabled modules', { source: wholeTreeSource(['commit-1'], ['A_B', 'C_D']) }],
    ['the PHP command', { php: '/usr/bin/php8.3' }],
    ['the Magento root', { layout: createLayout('/srv/magento') }],
    ['the folder of the module', { targets: ['app/code/Acme/Tests'] }],
    ['one module more', { targets: ['app/code/TestModule', 'app/code/Acme/Tests'] }],
    ['the commit of the second module', { source: wholeTreeSource(['commit-1', 'commit-2'], undefined) }],
    ['one test fewer', { tests: inputs.tests.slice(1) }],
    ['one test more', { tests: [...inputs.tests, { name: 'CTest', suite: undefined }] }],
    ['another test', { tests: [{ name: 'CTest', suite: undefined }, ...inputs.tests.slice(1)] }],
    ['a test in a suite or not', { tests: inputs.tests.map(({ name }) => ({ name, suite: undefined })) }],
    ['a test in another suite', { tests: [...inputs.tests.slice(0, 1), { name: 'BTest', suite: 'Other' }] }],
  ])('invariant 7: changes with %s', (_, change) => {
    expect(generationKey({ ...inputs, ...change })).not.toBe(key);
  });

  test('invariant 7: is another one for any other image, commits, targets, values or modules, also of several test modules', () => {
    const word = fc.constantFrom('a', 'b', 'a,b', '', '["a"]');
    const sources = fc.record({
      imageId: word,
      patches: fc.option(word, { nil: undefined }),
      php: word,
      env: word,
      root: word,
      modules: fc.array(fc.record({ commit: word, target: word }), { minLength: 1, maxLength: 3 }),
      enabled: fc.option(fc.array(word, { maxLength: 2 }), { nil: undefined }),
      tests: fc.array(fc.record({ name: word, suite: fc.option(word, { nil: undefined }) }), {
        maxLength: 2,
      }),
    });
    const keys = new Map<string, string>();
    const keyOf = ({
      root,
      modules,
      enabled,
      ...rest
    }: typeof sources extends fc.Arbitrary<infer T> ? T : never) => {
      const [first, ...others] = modules.map(({ commit }) => commit);
      return generationKey({
        ...rest,
        layout: createLayout(root),
        targets: modules.map(({ target }) => target),
        source: wholeTreeSource([first ?? '', ...others], enabled),
      });
    };
    // What it must depend on; without a suite and in the suite '' is the same to MFTF, and so is any order of the tests.
    const contentOf = ({ tests, ...rest }: Parameters<typeof keyOf>[0]) =>
      JSON.stringify([
        { ...rest, enabled: rest.enabled ?? null, patches: rest.patches ?? null },
        tests.map(({ name, suite }) => `${suite ?? ''}:${name}`).sort(),
      ]);
    fc.assert(
      fc.property(sources, (each) => {
        const key = keyOf(each);
        const content = contentOf(each);
        expect(keys.get(key) ?? content).toBe(content);
        keys.set(key, content);
      }),
      { numRuns: 3_000 },
    );
    expect(new Set(keys.values()).size).toBe(keys.size);
  });

  test('invariant 7: changes with the order of the enabled modules, in which their files merge', () => {
    const keyOf = (modules: string[]) =>
      generationKey({ ...inputs, source: wholeTreeSource(['commit-1'], modules) });
    expect(keyOf(['A_B', 'C_D'])).toBe(keyOf(['A_B', 'C_D']));
    expect(keyOf(['A_B', 'C_D'])).not.toBe(keyOf(['C_D', 'A_B']));
  });

  test.each(embeddedVariables)('invariant 7: changes with %s', (name) => {
    const env = generationEnv([value(name, 'a value')], []);
    const other = generationEnv([value(name, 'another value')], []);
    expect(generationKey({ ...inputs, env })).not.toBe(generationKey({ ...inputs, env: other }));
    expect(generationKey({ ...inputs, env })).not.toBe(generationKey({ ...inputs, env: '' }));
  });
});

describe('the values for generation', () => {
  test('are those that are part of the key, and no others', () => {
    const values = [
      value('MAGENTO_BASE_URL', 'http://us.example/'),
      value('MAGENTO_ADMIN_PASSWORD', '123123q'),
      value('WAIT_TIMEOUT', '60'),
      value('SOMETHING_OF_OURS', 'x'),
    ];
    expect(generationEnv(values, [])).toBe('WAIT_TIMEOUT=60\n');
    expect(generationEnv(values, ['SOMETHING_OF_OURS'])).toBe('WAIT_TIMEOUT=60\nSOMETHING_OF_OURS=x\n');
  });
});
