import { afterAll, beforeAll, expect, test } from 'vitest';
import { containerScopes } from '../../src/alerts/scopes.ts';
import { sampleModules } from '../../src/demo/shop/rest.ts';
import { startShop } from '../../src/demo/shop/shop.ts';
import { matreItself } from '../../src/model/access.ts';
import { createCheckContext } from '../../src/operations/system/check-context.ts';
import { showDoctor } from '../../src/operations/system/doctor.ts';
import { createAlertQueries } from '../../src/store/tables/alert-queries.ts';
import {
  fault,
  type Harness,
  type HarnessEnvironment,
  moduleTest,
  openHarness,
  overOneEngine,
} from '../runs/harness.ts';
import { freePort } from '../support/redis.ts';
import { startChromedriver, type TestSelenium } from '../support/selenium.ts';
import { waitFor } from '../support/wait-for.ts';
import { askDoctor, checkOf, problemsOf } from './doctor.ts';

/** Problems of the shops, and of the module's values for them. */
overOneEngine((kind) => {
  let selenium: TestSelenium;
  let harness: Harness;
  let environment: HarnessEnvironment;
  beforeAll(async () => {
    selenium = await startChromedriver();
    harness = await openHarness(kind, {
      settings: selenium.settings,
      module: moduleTest('PauseTest', fault('gate')),
    });
    environment = await harness.environment('preprod-us');
  });
  afterAll(async () => {
    await harness.close();
    await selenium.stop();
  });

  /** Runs `work` while the environment has the changed values. */
  async function problemsWith(change: Partial<{ baseUrl: string; adminUsername: string }>) {
    await harness.context.environments.update(environment.id, change);
    const report = await askDoctor(harness.context, { environment: environment.code });
    await harness.context.environments.update(environment.id, {
      baseUrl: environment.shop.url,
      adminUsername: 'admin',
    });
    return report;
  }

  test('the checks before the first test are in the log of the run, with their durations', async () => {
    const { run } = await harness.run(environment, { tests: ['HarbourHomePageTest'] });
    expect(run.verdict).toBe('passed');
    expect(await harness.log(run.id)).toMatch(
      new RegExp(`Checked shop and Selenium in \\d+\\.\\d\\d s: ${environment.shop.url} answers in \\d+ ms`),
    );
  });

  test('a shop that does not answer', async () => {
    const baseUrl = `http://127.0.0.1:${await freePort()}/`;
    const report = await problemsWith({ baseUrl });
    expect(problemsOf(report)).toEqual([['MAGENTO_UNREACHABLE', 'preprod-us']]);
    expect(checkOf(report, 'shop-away').findings[0]).toMatchObject({
      // The container of the earlier run was requested as well.
      found: expect.stringContaining('from its container'),
      remedy: expect.stringContaining(`curl -sSI ${baseUrl}`),
    });
  });

  test('a shop that does not answer is what alerts see, from its container, and nothing else', async () => {
    const { context } = harness;
    const baseUrl = `http://127.0.0.1:${await freePort()}/`;
    await context.environments.update(environment.id, { baseUrl });
    const scopes = containerScopes({
      config: context.config,
      hostname: 'w1',
      alerts: context.alerts,
      queries: createAlertQueries(context),
      checkContext: async () =>
        createCheckContext(context, { environments: await context.environments.list(), maySignIn: false }),
      engineAnswers: () => context.pool(),
      certificateEnd: async () => undefined,
    });
    const observe = () => Promise.all(scopes.map((scope) => scope.observe(new AbortController().signal)));
    const seen = await observe();
    await context.environments.pause(environment.id, 'the shop is down');
    const whilePaused = await observe();
    await context.environments.resume(environment.id);
    await context.environments.update(environment.id, { baseUrl: environment.shop.url });
    expect(seen.flat().flatMap(({ present }) => present)).toEqual([
      {
        key: 'preprod-us',
        subject: 'shop-away preprod-us',
        message: expect.stringContaining('from its container'),
        action: expect.stringContaining('matre env pause preprod-us'),
        page: '/doctor',
      },
    ]);
    // What the alert asks for ends it.
    expect(whilePaused.flat().flatMap(({ present }) => present)).toEqual([]);
  });

  test('a shop that does not serve command.php is a warning, which the log of a run repeats', async () => {
    const variable = { name: 'MAGENTO_CLI_COMMAND_PATH', value: 'no/such/command.php', secret: false };
    await harness.context.variables.set(environment.id, variable);
    const report = await askDoctor(harness.context);
    const { run } = await harness.run(environment, { tests: ['HarbourHomePageTest'] });
    await harness.context.variables.unset(environment.id, variable.name);
    const url = `${environment.shop.url}no/such/command.php`;
    expect(report.healthy).toBe(true);
    expect(checkOf(report, 'command-missing').findings).toMatchObject([
      { standing: 'warning', code: 'MAGENTO_COMMAND_MISSING', found: `${url} answers 404.` },
    ]);
    expect(run.verdict).toBe('passed');
    expect(await harness.log(run.id)).toContain(`${url} answers 404: tests that run Magento commands`);
    expect(checkOf(await askDoctor(harness.context), 'command-missing').standing).toBe('well');
  });

  test('a wrong user or password', async () => {
    const report = await problemsWith({ adminUsername: 'nobody' });
    expect(problemsOf(report)).toEqual([['CREDENTIALS_WRONG', 'preprod-us']]);
    expect(checkOf(report, 'admin-refused').findings[0]?.remedy).toContain('--ask-admin-password');
    expect(checkOf(report, 'modules-unknown').findings).toMatchObject([
      {
        standing: 'warning',
        code: 'MODULES_UNKNOWN',
        about: 'preprod-us',
        found: expect.stringContaining('401'),
      },
    ]);
    expect(JSON.stringify(report)).not.toContain('harbour-123');
  });

  test('a principal without write permission triggers no sign-in', async () => {
    const signIn = async (role: 'viewer' | 'operator') => {
      const principal = { ...matreItself, role };
      const report = await showDoctor.run(harness.context, { environment: 'preprod-us' }, { principal });
      return checkOf(report, 'admin-refused').findings[0]?.found;
    };
    expect(await signIn('viewer')).toContain('Not checked');
    expect(await signIn('operator')).toBe('1 shops accept the credentials of their administrator.');
  });

  test('two-factor authentication without its secret', async () => {
    const shop = await startShop({ environment: 'preprod-us', port: 0, latencyMs: 0, twoFactor: true });
    expect(problemsOf(await problemsWith({ baseUrl: shop.url }))).toEqual([['TWO_FACTOR_ON', 'preprod-us']]);
    const secret = { name: 'OTP_SHARED_SECRET', value: 'MFRGGZDFMZTWQ2LK', secret: true };
    await harness.context.variables.set(environment.id, secret);
    const report = await problemsWith({ baseUrl: shop.url });
    expect(problemsOf(report)).toEqual([]);
    expect(checkOf(report, 'modules-unknown').findings).toMatchObject([
      {
        standing: 'well',
        about: 'preprod-us',
        found: `The shop has ${sampleModules.length} enabled modules.`,
      },
    ]);
    await harness.context.variables.unset(environment.id, secret.name);
    await shop.close();
  });

  test('an env file that the module lacks is named, with path and commit', async () => {
    const path = 'Cron/data/.env.preprod-us';
    const content = harness.module.git('show', `HEAD:${path}`);
    const commit = harness.module.commit({ [path]: undefined }, 'Without values');
    const report = await askDoctor(harness.context);
    expect(problemsOf(report)).toEqual([['MODULE_ENV_FILE_MISSING', 'preprod-us']]);
    const [finding] = checkOf(report, 'module-env-file-missing').findings;
    expect(finding?.found).toContain(path);
    expect(finding?.found).toContain(commit);
    harness.module.commit({ [path]: content }, 'With values');
    expect((await askDoctor(harness.context)).healthy).toBe(true);
  });

  test('replacing the module folder under a running container changes nothing for its runs', async () => {
    const container = await harness.engine.inspect(environment.container.name);
    const run = await harness.submit(environment, { tests: ['PauseTest', 'HarbourHomePageTest'] });
    await harness.testing(run, 'PauseTest');
    // This used to leave containers with an old, empty folder: the module of the next commit replaces this one.
    harness.module.commit({ 'Cron/data/.env.preprod-us': 'WAIT_TIMEOUT=31\n' }, 'Other values');
    await environment.container.openGate();
    const { run: finishedRun } = await harness.finished(run);
    expect(finishedRun.verdict).toBe('passed');
    const { run: next, events } = await harness.run(environment, { tests: ['HarbourHomePageTest'] });
    expect(next).toMatchObject({ verdict: 'passed', commit: { subject: 'Other values' } });
    expect(events.map(({ code }) => code)).not.toContain('CONTAINER_REPLACED');
    expect((await harness.engine.inspect(environment.container.name))?.id).toBe(container?.id);
    expect(await environment.container.exec('grep', '31', '/matre/run/.env')).toContain('WAIT_TIMEOUT');
  });

  test('a stale container is named, and replaced when no run uses it', async () => {
    const context = harness.context;
    const before = (await harness.engine.inspect(environment.container.name))?.id ?? '';
    // A changed label has the effect of another configuration.
    await harness.engine.remove(before);
    await harness.engine.create({
      name: environment.container.name,
      image: harness.image,
      labels: {
        'matre.installation': (await context.containersContext()).installation,
        'matre.environment': String(environment.id),
        'matre.specification': 'of-an-older-configuration',
      },
      env: {},
      mounts: [],
      tmpfs: [],
      files: [],
      writable: [],
      network: undefined,
      extraHosts: [],
      capabilities: [],
      memoryBytes: 64 * 1024 ** 2,
    });
    const report = await askDoctor(context);
    expect(problemsOf(report)).toEqual([['CONTAINER_STALE', 'preprod-us']]);
    expect(checkOf(report, 'container-stale').findings[0]?.found).toContain('its specification changed');
    expect((await askDoctor(context, { fix: true })).healthy).toBe(true);
    await waitFor(
      async () => (await harness.engine.inspect(environment.container.name))?.state === 'running',
    );
  });
});

/** A shop whose name only containers resolve, as with MATRE_EXTRA_HOSTS in a company's network. */
overOneEngine((kind) => {
  let harness: Harness;
  let environment: HarnessEnvironment;
  beforeAll(async () => {
    const extraHosts = { MATRE_EXTRA_HOSTS: 'only-in-containers.test:127.0.0.1' };
    harness = await openHarness(kind, { settings: extraHosts });
    environment = await harness.environment('preprod-us');
    const baseUrl = environment.shop.url.replace('127.0.0.1', 'only-in-containers.test');
    await harness.context.environments.update(environment.id, { baseUrl });
  });
  afterAll(() => harness.close());

  const problemsOfShop = async () => {
    const report = await askDoctor(harness.context);
    return problemsOf(report).filter(([code]) => code !== 'SELENIUM_UNREACHABLE');
  };

  test('is asked from a temporary container before the environment has one', async () => {
    expect(await problemsOfShop()).toEqual([]);
    const { installation } = await harness.context.containersContext();
    expect(await harness.engine.list({ 'matre.doctor': installation })).toEqual([]);
  });

  test('is asked from the container of the environment, for its password as well', async () => {
    const { run } = await harness.run(environment, { tests: ['HarbourHomePageTest'] });
    expect(run.verdict).toBe('passed');
    expect(await problemsOfShop()).toEqual([]);
    await harness.context.environments.update(environment.id, { adminUsername: 'unknown-user' });
    expect(await problemsOfShop()).toEqual([['CREDENTIALS_WRONG', 'preprod-us']]);
  });
});
