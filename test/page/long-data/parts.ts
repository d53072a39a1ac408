import type { ContainerParts } from '../../../src/app/containers/containers.ts';
import type { ContainersContext } from '../../../src/doctor/check-context.ts';
import { Fault } from '../../../src/faults/fault.ts';
import type { ComparedValue } from '../../../src/mftf/module/compare-values.ts';
import { containerName } from '../../../src/model/environment.ts';
import type { ContainerInspection } from '../../../src/pool/inspect.ts';
import type { PoolContainer } from '../../../src/pool/pool.ts';
import { namedRunner } from '../../support/runner.ts';
import { longCatalog } from './catalog.ts';
import { longVariable, longVariables } from './database.ts';
import { longLint } from './lint.ts';
import { commitSubject, testImage as image, testName } from './names.ts';
import { longSteps } from './steps.ts';

const commit = { id: '15'.repeat(20), subject: commitSubject(21) };
const testModule = { ...commit, name: 'module', target: 'app/code/TestModule', path: '/nowhere' };
const sources = { image, testModules: [testModule] as const };
const createdAt = new Date(Date.now() - 86_400_000);

/** Container parts without an engine: tests, values and containers with long names, and 191 environments without a file. */
export async function longParts(): Promise<Partial<ContainerParts>> {
  const catalog = await longCatalog();
  return {
    runner: namedRunner,
    catalog: async () => ({ commit, catalog }),
    sourcesAt: async () => ({ of: async () => sources }),
    resolveSelection: async (selection) => (await catalog.ask('resolve', selection)).tests,
    async previewOn({ id, code }, selection) {
      const resolved = await catalog.ask('resolve', selection);
      return {
        ...resolved,
        modules: '342 are enabled in the shop, asked 3 minutes ago.',
        unset: id % 2 === 1 ? `${longVariable.name} and SHOP_SETTING_3 are not set` : undefined,
        overridden:
          id % 3 === 1
            ? `${code} overrides ${longVariable.name} of the test module with another value`
            : undefined,
        missingFiles: undefined,
        disabled: resolved.tests.slice(0, id % 3).map(({ name }) => ({
          test: name,
          reason: 'its module NorthernWarehouse_WholesaleCheckoutWithStoreCredit is not enabled in the shop',
        })),
      };
    },
    inspectContainers: async ({ id, slots }) => ({
      engine: 'docker',
      slots: Array.from({ length: slots }, (_, index) => ({
        slot: index + 1,
        seen: index === 3 ? undefined : inspection(containerName(id, index + 1), index),
      })),
    }),
    effectiveValues: async ({ code }) => ({
      commit,
      file: `app/code/TestModule/Cron/data/.env.${code}`,
      values: longVariables().map(({ name, value, secret }, index) => ({
        ...{
          name,
          value: secret ? undefined : value,
          secret,
          from: index % 2 === 0 || secret ? 'environment' : 'module',
        },
        overrides:
          index % 2 === 0 ? [{ from: 'global', value: secret ? undefined : longVariable.value }] : [],
      })),
    }),
    compareValues: async () => comparedValues(),
    async variableUsers() {
      const variables = longVariables();
      return {
        commit,
        layers: variables.map(({ name, secret }, index) => ({
          ...{ name, secret, value: undefined, overrides: [] },
          from: index % 2 === 0 || secret ? 'environment' : 'module',
        })),
        values: variables.map(({ name }, index) => ({ name, tests: index % 5 === 0 ? 0 : index * 40 })),
        missing: [0, 1, 2].map((index) => ({
          reference: `_ENV.${longVariable.name}_${index}`,
          ...{ tests: index + 1, firstTests: [testName(index), testName(index + 1)].slice(0, index + 1) },
        })),
      };
    },
    testsReading: async () => ({ commit, tests: Array.from({ length: 600 }, (_, index) => testName(index)) }),
    testSteps: async ({ environment, test }) => ({
      ...{
        commit,
        testModules: [{ ...testModule, repository: 'git@github.com:northern-warehouse/tests.git' }],
      },
      modules: environment && '342 are enabled in the shop, asked 3 minutes ago.',
      ...longSteps(test),
    }),
    lint: async () => ({
      commit,
      testModules: [{ ...testModule, repository: 'https://github.com/northern-warehouse/tests.git' }],
      definitions: longLint(),
      tests: async () => undefined,
    }),
    pool: async () => ({
      list: async () => [1, 2, 4, 9].map(poolContainer),
      replace: async ({ id }) => poolContainer(id),
      prune: async () => [],
    }),
    containersContext: async () => doctorContext as unknown as ContainersContext,
  };
}

function comparedValues(): ComparedValue[] {
  const side = (value: string | undefined) => ({ value, from: 'environment' as const });
  return longVariables().map(({ name, value, secret }, index) => {
    const shown = secret ? undefined : value;
    return {
      ...{ name, secret, isEqual: index > 18 },
      sides: [side(shown), index % 6 === 4 ? undefined : { value: shown, from: 'module' }],
    };
  });
}

const away = () => {
  throw new Fault(
    'ENGINE_UNREACHABLE',
    'The container engine at unix:///var/run/docker.sock does not respond.',
  );
};

/** What the doctor finds: an engine that does not respond, and env files that are missing for all but nine environments. */
const doctorContext = {
  engine: new Proxy({}, { get: () => away }),
  pool: new Proxy({}, { get: () => away }),
  inspection: new Proxy({}, { get: () => away }),
  installation: 'long-data',
  newest: async () => sources,
  selenium: async () => away(),
  fetchInside: async () => away(),
  temporaryContainer: async () => away(),
  tryPatches: async () => away(),
  async valuesOf({ id, code }: { id: number; code: string }) {
    if (id <= 9) return [];
    throw new Fault(
      'MODULE_ENV_FILE_MISSING',
      `Cron/data/.env.${code} is missing in the test module at commit ${commit.id.slice(0, 12)}.`,
    );
  },
};

function poolContainer(id: number): PoolContainer {
  return {
    ...{
      id: 'c0ffee'.repeat(10),
      name: containerName(id, 1),
      environmentId: id,
      slot: 1,
      image,
      state: 'running',
      createdAt,
    },
    stale: id === 4 ? `its image is not ${image} any more` : undefined,
  } as PoolContainer;
}

function inspection(name: string, index: number): ContainerInspection {
  const root = '/var/www/html/northern-warehouse/dev/tests/acceptance/tests/functional/Magento/_generated';
  const mounts = [
    { type: 'tmpfs' as const, source: undefined, target: root, readOnly: false },
    {
      ...{
        type: 'bind' as const,
        target: '/var/www/html/northern-warehouse/app/code/TestModule',
        readOnly: true,
      },
      source: `/srv/matre/quality-assurance/northern-warehouse/modules/${commit.id}/checkout/app/code/TestModule`,
    },
  ];
  return {
    info: {
      ...{ id: 'c0ffee'.repeat(10), name, image, imageId: `sha256:${'15'.repeat(32)}`, labels: {} },
      ...{ state: index === 2 ? 'stopped' : 'running', createdAt, startedAt: createdAt, mounts },
    },
    stale: index === 1 ? `its image is ${image}-old, and MATRE_IMAGE is ${image}` : undefined,
    checks:
      index === 2
        ? undefined
        : [
            { name: 'the folder of generated tests is writable and empty', ok: true, seen: root },
            {
              name: `the env file of the module is readable below ${root}`,
              ok: index !== 1,
              seen: 'No such file or directory: /var/www/html/northern-warehouse/app/code/TestModule/Cron/data/.env',
            },
          ],
    fill: new Map([[root, { sizeBytes: 2 ** 30, usedBytes: 2 ** 29 }]]),
    processes: [],
  };
}
