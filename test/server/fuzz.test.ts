import { afterAll, beforeAll, expect, it } from 'vitest';
import { examplePath } from '../../src/demo/examples.ts';
import { buildCatalog } from '../../src/mftf/catalog/catalog.ts';
import { readDeclarations } from '../../src/mftf/catalog/declarations/declarations.ts';
import { folderSource } from '../../src/mftf/catalog/tree/source.ts';
import { createSourcePack, openSourcePack } from '../../src/mftf/catalog/tree/source-pack.ts';
import { indexDefinitions } from '../../src/mftf/lint/index-definitions.ts';
import { outlinesToBytes } from '../../src/mftf/lint/outline-file.ts';
import { allows, type Role } from '../../src/model/access.ts';
import { operations } from '../../src/operations/all.ts';
import { startTestServer, type TestServer } from '../support/app.ts';
import { accessTo, lintAccessTo } from '../support/catalog.ts';
import { namedRunner } from '../support/runner.ts';
import { createJudge, type Description, type FieldValues, fuzz, type Judge, requestsOf } from './fuzz.ts';

/** Seven of each operation by default; MATRE_FUZZ_REQUESTS=20000 in the long form, MATRE_FUZZ_SEED to repeat one. */
const count = Number(process.env.MATRE_FUZZ_REQUESTS ?? 7 * operations.length);
const seed = Number(process.env.MATRE_FUZZ_SEED ?? Date.now() % 1_000_000);

/** Operations that use the container engine of the machine are not fuzzed. */
const without = ['doctor.show', 'doctor.fix'];
/** Operations without sign-in: the current principal, and signing in. */
const openToAll = [
  'session.show',
  'session.begin',
  'session.end',
  'session.first-admin',
  'session.reset',
  'device.begin',
  'device.poll',
];

/** A busy machine answers some dozens of requests per second; only a hang takes longer. */
const timeoutMs = 600_000 + count * 200;

const token = 'a-long-and-random-word-for-this-test';
const tests = ['HarbourHomePageTest', 'HarbourCouponTest', 'FailCart', 'PassHome', 'BrokenTax'];
const numbers = Array.from({ length: 12 }, (_, index) => index + 1);
const fieldValues: FieldValues = {
  ...{
    code: ['us', 'es', 'held', 'gone'],
    environment: ['us', 'es', 'gone'],
    environments: ['us', 'es', 'held'],
  },
  ...{
    id: numbers,
    ids: ['1', '1,2,3', '7'],
    before: numbers,
    attempt: [1, 2],
    runs: [1, 50],
    from: [0, 10, 1e9],
  },
  ...{ test: tests, tests, suite: ['HarbourOrdersSuite'], suites: ['HarbourOrdersSuite'], groups: ['smoke'] },
  ...{
    exclude: ['FailCart', 'Harb*'],
    patterns: ['Harbour*', '?a*', '*'],
    modules: ['Acme_Cart', 'TestModule', '*'],
    name: ['us', 'nightly', 'ada', 'WAIT_TIMEOUT'],
    baseUrl: ['https://example.com/'],
  },
  ...{
    cron: ['0 3 * * *', '*/5 * * * *'],
    timeZone: ['Europe/Berlin', 'UTC'],
    text: ['harb', 'cart'],
    priority: [0, 5],
  },
  // Of reservations, which would keep the runs of other requests waiting if they were longer.
  ...{
    afterRun: numbers,
    reservation: numbers,
    durationMs: [1_000],
    waitAtMostMs: [60_000],
    reason: ['demo'],
  },
};

let server: TestServer;
let description: Description;
beforeAll(async () => {
  const pack = createSourcePack(folderSource(examplePath('module'), 'app/code/TestModule'));
  const catalog = buildCatalog([await readDeclarations(pack.source)]);
  const readFile = openSourcePack(pack.toBytes());
  const commit = { id: 'c0ffee'.padEnd(40, '0'), subject: 'Tests of the harbour shop' };
  const container = {
    name: 'c',
    environmentId: 1,
    slot: 1,
    image: 'i',
    createdAt: new Date(),
    stale: undefined,
  };
  const replace = async () => ({ ...container, state: 'running' as const });
  server = await startTestServer({
    settings: { MATRE_SIGN_IN: 'on', MATRE_TOKEN: token },
    parts: {
      runner: namedRunner,
      resolveSelection: async () => undefined,
      catalog: async () => ({ commit, catalog: accessTo(catalog, readFile) }),
      lint: async () => ({
        commit,
        testModules: [{ id: commit.id, target: '' }],
        definitions: lintAccessTo(indexDefinitions([])),
        tests: async () => undefined,
      }),
      lintTree: async () => outlinesToBytes({ files: [] }),
      previewOn: async () => ({
        tests: [],
        skipped: [],
        excludedSkipped: [],
        inSuites: [],
        unusable: [],
        disabled: [],
        patterns: [],
        modules: '',
        unset: undefined,
        overridden: undefined,
        missingFiles: undefined,
      }),
      inspectContainers: async () => ({ engine: 'docker', slots: [{ slot: 1, seen: undefined }] }),
      effectiveValues: async () => ({ commit, file: 'Cron/data/.env.us', values: [] }),
      compareValues: async () => [],
      variableUsers: async () => ({ commit, layers: [], values: [], missing: [] }),
      testsReading: async () => ({ commit, tests: [] }),
      pool: async () => ({ list: async () => [], prune: async () => [], replace }),
    },
  });
  description = (await ask('GET', '/api/openapi.json')).body;
  for (const code of ['us', 'es', 'held']) {
    await ask('POST', '/api/environments', { code, baseUrl: 'https://example.com', adminUsername: 'admin' });
  }
  await ask('POST', '/api/environments/held/pause', { reason: 'so that something waits' });
  await server.app.startWorkers();
  const runs = { environments: ['us', 'es', 'held'], selection: { tests } };
  await ask('POST', '/api/runs', runs);
});
afterAll(() => server?.close());

const ask = (method: string, path: string, body?: unknown) =>
  server.ask(method, path, body, { authorization: `Bearer ${token}` });

/** The same, and no response has what the role does not permit. */
const judgeFor = (role: Role | undefined): Judge => {
  const judge = createJudge(description);
  const roles = new Map(operations.map(({ name, role: least }) => [name, least]));
  return (request, answer) => {
    const least = roles.get(request.operationId);
    const may =
      role === undefined
        ? openToAll.includes(request.operationId)
        : least === undefined || allows(role, least);
    return answer.status < 300 && !may
      ? `success for ${role ?? 'an unauthenticated caller'}`
      : judge(request, answer);
  };
};

const share = (part: number, more: number) =>
  requestsOf(description, { fieldValues, count: Math.ceil(count * part), seed: seed + more, without });

it('the API description lists every operation and every response', () => {
  const declaredOperations = Object.values(description.paths).flatMap((methods) => Object.values(methods));
  const names = declaredOperations.map(({ operationId }) => operationId);
  expect(names).toEqual(expect.arrayContaining(operations.map(({ name }) => name)));
  expect(new Set(names).size).toBe(names.length);
  for (const { responses, operationId } of declaredOperations) {
    expect(Object.keys(responses), operationId).toEqual(expect.arrayContaining(['200', 'default']));
  }
  const references = [...JSON.stringify(description).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(
    ([, path = '']) => path,
  );
  for (const path of references) {
    const match = path
      .split('/')
      .reduce<unknown>((at, part) => (at as Record<string, unknown>)?.[part], description);
    expect(match, path).toBeDefined();
  }
});

it(
  `every response to random requests of an admin matches the description, and none is a server error (seed ${seed})`,
  async () => {
    const headers = { authorization: `Bearer ${token}` };
    const { faults, executedOperations } = await fuzz(server.url, share(0.7, 0), {
      judge: judgeFor('admin'),
      headers,
    });
    expect(faults).toEqual([]);
    // The requests are effective: most operations were executed.
    expect(executedOperations.size).toBeGreaterThan(operations.length / 3);
    const entries = await server.app.context.access.audit.list({ before: undefined, limit: 1_000_000 });
    expect(entries.length).toBeGreaterThan(0);
    for (const { who, subject } of entries) {
      expect(who + subject).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u);
      expect(subject.length).toBeLessThanOrEqual(1_000);
    }
    expect((await ask('GET', '/api/status')).status).toBe(200);
  },
  timeoutMs,
);

it.each(['viewer', 'operator'] as const)(
  `a %s never gets what the role does not permit (seed ${seed})`,
  async (role) => {
    const { body } = await ask('POST', '/api/tokens', { name: `fuzz-${role}`, role });
    expect(body.secret, JSON.stringify(body)).toBeDefined();
    const headers = { authorization: `Bearer ${body.secret}` };
    const { faults } = await fuzz(server.url, share(0.1, role.length), { judge: judgeFor(role), headers });
    expect(faults).toEqual([]);
  },
  timeoutMs,
);

it(
  `an unauthenticated caller gets nothing (seed ${seed})`,
  async () => {
    const { faults, statuses } = await fuzz(server.url, share(0.1, 99), { judge: judgeFor(undefined) });
    expect(faults).toEqual([]);
    expect(statuses.get(401)).toBeGreaterThan(0);
  },
  timeoutMs,
);
