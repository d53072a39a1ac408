import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import Docker from 'dockerode';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningServer, startServer } from '../../src/server/http/server.ts';
import { encodings } from '../support/encodings.ts';
import {
  fault,
  type Harness,
  type HarnessEnvironment,
  moduleTest,
  openHarness,
  overEngines,
  type RunDetails,
} from './harness.ts';

/** Characters that JSON, HTML, URLs and shells escape in different ways. */
const secrets = {
  adminPassword: 'Admin!23/é"x&y<z\'w',
  variable: 'tok-en/4711=+ü',
  global: 'glob4l-secret-of-all',
  ofModule: 'modul-s3cret-key',
  ofShop: 'sh0p pä:ss',
};

/** The secrets in every encoding. */
const forms = Object.values(secrets).flatMap((secret) => encodings.map(({ encode }) => encode(secret)));

function expectNoSecret(text: string, location: string): void {
  for (const form of forms) {
    if (text.includes(form))
      throw new Error(`${location} has ${form}: ${text.slice(text.indexOf(form) - 200).slice(0, 400)}`);
  }
}

const fill = (name: string) => `
  <amOnPage url="/admin/admin" stepKey="open${name}"/>
  <fillField selector="#username" userInput="{{_ENV.${name}}}" stepKey="fill${name}"/>`;

/** Tests that print secrets in every possible way. */
overEngines((kind) => {
  let harness: Harness;
  let environment: HarnessEnvironment;
  let server: RunningServer;
  let details: RunDetails;
  let appLog = '';
  const observations = { cmdlines: '', inspected: '' };

  beforeAll(async () => {
    harness = await openHarness(kind, {
      log: pino({ level: 'trace' }, { write: (line) => (appLog += line) }),
      module: {
        ...moduleTest(
          'FillingTest',
          fill('MAGENTO_ADMIN_PASSWORD') + fill('SHOP_VALUE') + fill('ALL_VALUE') + fill('PARTNER_SK'),
        ),
        ...moduleTest(
          'SeeingTest',
          `${fill('SHOP_VALUE')}<see userInput="{{_ENV.SHOP_VALUE}}" stepKey="see"/>`,
        ),
        ...moduleTest(
          'AddressTest',
          `<amOnPage url="/search?q={{_ENV.SHOP_VALUE}}" stepKey="search"/><see userInput="nothing like this" stepKey="see"/>`,
        ),
        ...moduleTest('WaitingTest', `${fill('ALL_VALUE')}${fault('gate')}`),
        'Cron/data/.env.preprod-us': `${readFileSync(join(import.meta.dirname, '../../examples/module/Cron/data/.env.preprod-us'))}PARTNER_SK=${secrets.ofModule}\n`,
      },
    });
    environment = await harness.environment('preprod-us', {
      adminPassword: secrets.adminPassword,
      shopPassword: 'another',
    });
    const { environments, variables } = harness.context;
    const baseUrl = environment.shop.url.replace('://', `://web:${encodeURIComponent(secrets.ofShop)}@`);
    await environments.update(environment.id, { baseUrl });
    await variables.set(environment.id, { name: 'SHOP_VALUE', value: secrets.variable, secret: true });
    await variables.set('global', { name: 'ALL_VALUE', value: secrets.global, secret: true });
    server = await startServer(harness.context, '0.0.0-test');

    const sampler = setInterval(() => {
      observations.cmdlines += cmdlines();
    }, 25);
    const run = await harness.submit(environment, {
      tests: ['FillingTest', 'SeeingTest', 'AddressTest', 'WaitingTest'],
      suites: ['HarbourOrdersSuite'],
    });
    await harness.testing(run, 'WaitingTest');
    observations.inspected = await inspected(environment.container.name);
    // The process of this test waits at its gate, however seldom the sampler has its turn.
    observations.cmdlines += cmdlines();
    await environment.container.openGate();
    details = await harness.finished(run);
    clearInterval(sampler);
  });
  afterAll(async () => {
    await server.close();
    await harness.close();
  });

  async function inspected(name: string): Promise<string> {
    if (kind === 'docker') return JSON.stringify(await new Docker().getContainer(name).inspect());
    const info = await harness.engine.inspect(name);
    return (
      JSON.stringify(info) + readFileSync(join(harness.folder, 'sandboxes', name, 'container.json'), 'utf8')
    );
  }

  test('the tests are executed, and their steps are in the log', async () => {
    expect(details.results.map(({ test, status }) => [test, status])).toEqual(
      expect.arrayContaining([
        ['FillingTest', 'passed'],
        ['SeeingTest', 'failed'],
        ['AddressTest', 'failed'],
        ['HarbourAdminOrderGridTest', 'broken'],
      ]),
    );
    expect(await harness.log(details.run.id)).toContain('[hidden]');
    expect(details.results.find(({ test }) => test === 'SeeingTest')?.message).toContain('[hidden]');
  });

  test('invariant 10: no secret is in a log or a file of the run', async () => {
    const { artifacts } = harness.context;
    const files = await artifacts.list(details.run.id);
    expect(files.length).toBeGreaterThan(10);
    for (const { path } of files) {
      const content = await buffer((await artifacts.open(details.run.id, path)).stream);
      expectNoSecret(content.toString('utf8'), path);
    }
  });

  test('invariant 10: no secret is in the log of matre', () => {
    expect(appLog).toContain('Run finished');
    expectNoSecret(appLog, 'the log');
  });

  test('invariant 10: no secret is in a response of the API', async () => {
    const { id } = details.run;
    const addresses = [
      `runs/${id}`,
      `runs/${id}/log`,
      `runs/${id}/artifacts`,
      `junit?ids=${id}`,
      'runs',
      'environments',
    ];
    addresses.push(`environments/${environment.code}`, 'config', 'status', 'pool', 'variables');
    for (const address of addresses) {
      const answer = await fetch(`${server.url}/api/${address}`);
      const text = await answer.text();
      expect(answer.status, address).toBe(200);
      expectNoSecret(text, address);
    }
  });

  test('invariant 10: no secret is in a process list while a run executes', () => {
    expect(observations.cmdlines).toContain('vendor/bin/codecept');
    expect(observations.cmdlines).toContain('generate:tests');
    expectNoSecret(observations.cmdlines, 'a command line');
  });

  test('invariant 10: no secret is in the inspection of the container', () => {
    expect(observations.inspected).toContain(environment.container.name);
    expectNoSecret(observations.inspected, 'the inspection');
  });
});

/** The command lines of all processes of this machine. */
function cmdlines(): string {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    })
    .join('\n');
}
