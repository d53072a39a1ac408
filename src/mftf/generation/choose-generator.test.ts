import { expect, it } from 'vitest';
import { chooseGenerator } from './choose-generator.ts';

type Input = Parameters<typeof chooseGenerator>[0];

const values = (entries: Record<string, string>) =>
  Object.entries(entries).map(([name, value]) => ({ name, value, secret: false }));

const proven: Input = {
  mode: 'auto',
  version: '3.8.0',
  values: values({ WAIT_TIMEOUT: '15', DEFAULT_TIMEZONE: 'Europe/Berlin', MAGENTO_BASE_URL: 'http://a' }),
  generationVariables: ['OWN_SWITCH'],
  patches: [{ kind: 'bundled', name: 'visible-element' }],
  mountReason: undefined,
  difference: undefined,
};
const modulePatch = {
  kind: 'module',
  name: 'patches/a.patch',
  files: [],
} as unknown as Input['patches'][number];

it('is matre for a version whose files were compared, with the values that MFTF reads', () => {
  expect(chooseGenerator(proven)).toEqual({
    kind: 'matre',
    settings: { version: '3.8.0', waitTimeout: '15', commandTimeout: '60', timezone: 'Europe/Berlin' },
  });
});

it.each([
  [{ mode: 'mftf' }, 'MATRE_GENERATION is mftf'],
  [{ version: undefined }, 'the version of MFTF in the image is not known'],
  [{ version: '3.7.0' }, 'the files of MFTF 3.7.0 were not compared with those of matre'],
  [{ mountReason: 'a folder is mounted' }, 'a folder is mounted'],
  [{ patches: [modulePatch] }, 'the framework has the patch patches/a.patch'],
  [{ difference: 'a check found one' }, 'a check found one'],
  [{ values: values({ ENABLE_PAUSE: 'true' }) }, 'ENABLE_PAUSE is set'],
  [{ values: values({ CUSTOM_MODULE_PATHS: 'a' }) }, 'CUSTOM_MODULE_PATHS is set'],
  [{ values: values({ OWN_SWITCH: 'a' }) }, 'OWN_SWITCH is set'],
  [
    { values: values({ MAGENTO_CLI_WAIT_TIMEOUT: '90' }) },
    'MAGENTO_CLI_WAIT_TIMEOUT has a value that only MFTF understands',
  ],
  [{ values: values({ WAIT_TIMEOUT: '1.5' }) }, 'WAIT_TIMEOUT has a value that only MFTF understands'],
] satisfies [Partial<Input>, string][])('is MFTF with %o', (change, reason) => {
  expect(chooseGenerator({ ...proven, ...change })).toEqual({ kind: 'mftf', reason });
});

it.each([{ version: '9.0.0' }, { patches: [modulePatch] }, { difference: 'a check found one' }])(
  'is matre with %o when the setting says so',
  (change) => {
    expect(chooseGenerator({ ...proven, ...change, mode: 'matre' }).kind).toBe('matre');
  },
);
