import { once } from 'node:events';
import { createServer, request as requestHttp } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseInput } from '../../src/operations/core/operation.ts';
import { previewRuns } from '../../src/operations/tests/tests.ts';
import { askDoctor, checkOf } from '../doctor/doctor.ts';
import { type Harness, type HarnessEnvironment, openHarness, overOneEngine } from './harness.ts';

const envFile = 'Cron/data/.env.preprod-us';
const credentials = 'web%40us:p%C3%A4ss%2F1';
const authorization = `Basic ${Buffer.from('web@us:päss/1').toString('base64')}`;

/** A web server in front of a shop that demands basic authentication, or a token of the REST API. */
async function startGate(shopUrl: string) {
  const seen = { refused: 0, accepted: 0 };
  let isDown = false;
  const server = createServer((incoming, response) => {
    const sent = incoming.headers.authorization;
    if (
      sent !== authorization &&
      !/^\/rest\/.*/.test(sent?.startsWith('Bearer ') ? (incoming.url ?? '') : '')
    ) {
      seen.refused += 1;
      response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
      return;
    }
    seen.accepted += 1;
    if (isDown) {
      response.writeHead(503).end();
      return;
    }
    const { method, headers, url = '/' } = incoming;
    const outgoing = requestHttp(new URL(url, shopUrl), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    outgoing.on('error', () => response.writeHead(502).end());
    incoming.pipe(outgoing);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    seen,
    host,
    setDown: (down: boolean) => {
      isDown = down;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Where the values of a run come from. */
overOneEngine((kind) => {
  let harness: Harness;
  let environment: HarnessEnvironment;
  let gate: Awaited<ReturnType<typeof startGate>>;
  beforeAll(async () => {
    harness = await openHarness(kind);
    environment = await harness.environment('preprod-us');
    gate = await startGate(environment.shop.url);
  });
  afterAll(async () => {
    gate.close();
    await harness.close();
  });

  const changeBaseUrl = (baseUrl: string) => harness.context.environments.update(environment.id, { baseUrl });
  const runTest = () => harness.run(environment, { tests: ['HarbourHomePageTest'] });

  test('tests, the checks before them and the doctor reach a shop behind basic authentication', async () => {
    await changeBaseUrl(`http://${credentials}@${gate.host}/`);
    const { run } = await runTest();
    expect(run.verdict).toBe('passed');
    expect(await harness.log(run.id)).toContain(`http://${gate.host}/ answers in`);

    const report = await askDoctor(harness.context, { environment: environment.code });
    for (const name of ['shop-away', 'admin-refused']) {
      const check = checkOf(report, name);
      expect(check.standing).toBe('well');
      expect(JSON.stringify(check.findings)).not.toMatch(/web|ss%2F1/);
    }
    expect(gate.seen).toEqual({ refused: 0, accepted: expect.any(Number) });
    expect(gate.seen.accepted).toBeGreaterThan(3);
  });

  test('a shop that is down behind basic authentication is reported without its user and password', async () => {
    gate.setDown(true);
    const { run } = await runTest();
    gate.setDown(false);
    expect(run.reason).toEqual({
      code: 'MAGENTO_UNREACHABLE',
      message: expect.stringContaining(`http://${gate.host}/ answers 503`),
    });
    expect(await harness.log(run.id)).not.toMatch(/web%40us|web@us|ss%2F1/);
  });

  test("the module's file may have the credentials of the same host", async () => {
    const values = `MAGENTO_BASE_URL=http://${credentials}@${gate.host}/\nBROWSER=chrome\n`;
    harness.module.commit({ [envFile]: values }, 'Credentials of the shop');
    await harness.context.environments.removeShopCredentials(environment.id);
    const { run, events } = await runTest();
    expect(run.verdict).toBe('passed');
    expect(gate.seen.refused).toBe(0);
    expect(events.filter(({ code }) => code === 'VALUE_OVERRIDDEN')).toEqual([]);
  });

  test('a value of the module that the environment overrides is named in the run and in the dry run', async () => {
    const { variables } = harness.context;
    const values = 'STORE=hidden-1\nTOKEN_OF_PAYMENT=hidden-2\nSAME=same\n';
    harness.module.commit({ [envFile]: values }, 'Other values');
    await changeBaseUrl(environment.shop.url);
    await variables.set(environment.id, { name: 'STORE', value: 'hidden-3', secret: false });
    await variables.set(environment.id, { name: 'TOKEN_OF_PAYMENT', value: 'hidden-4', secret: true });
    await variables.set(environment.id, { name: 'SAME', value: 'same', secret: false });

    const input = { environments: [environment.code], selection: { tests: ['HarbourHomePageTest'] } };
    const requestContext = { principal: { role: 'admin' } } as never;
    const preview = await previewRuns.run(harness.context, parseInput(previewRuns, input), requestContext);
    const [{ overridden } = { overridden: null }] = preview.environments;
    expect(overridden).toMatch(/\.env\.preprod-us .*: STORE, TOKEN_OF_PAYMENT\. /);

    const { events } = await runTest();
    const messages = events.flatMap(({ code, message }) => (code === 'VALUE_OVERRIDDEN' ? [message] : []));
    expect(messages).toEqual([overridden]);
    expect(overridden).not.toContain('hidden');
  });
});
