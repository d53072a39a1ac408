import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { matreItself } from '../../src/model/access.ts';
import { parseInput } from '../../src/operations/core/operation.ts';
import { addHook, listHooks, listRunHooks, removeHook, testHook } from '../../src/operations/hooks/hooks.ts';
import { waitFor } from '../support/wait-for.ts';
import {
  fault,
  type Harness,
  type HarnessEnvironment,
  moduleTest,
  openHarness,
  overEngines,
} from './harness.ts';

const request = { principal: matreItself };
const secret = 'deploy-token-7f3a91';
/** Where hooks of these tests write, in the container. */
const journal = '/tmp/hooks.txt';
const writes = (what: string) => ({
  kind: 'command',
  argv: ['sh', '-c', `echo "${what} $MATRE_RUN $MATRE_ENVIRONMENT $MATRE_VERDICT" >> ${journal}`],
});

/** Hooks before and after the tests of a run. */
overEngines((kind) => {
  let harness: Harness;
  let environment: HarnessEnvironment;
  let server: Server;
  let answers: { status: number; body: string }[];
  const received: { method: string; url: string; authorization: string | undefined; body: string }[] = [];

  beforeAll(async () => {
    server = createServer(async (message: IncomingMessage, response) => {
      const { method = '', url = '', headers } = message;
      received.push({ method, url, authorization: headers.authorization, body: await text(message) });
      const { status, body } = answers.shift() ?? { status: 500, body: '' };
      response.writeHead(status).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    harness = await openHarness(kind, {
      settings: { MATRE_HOOKS_ALLOWED_NETWORKS: 'public,private,127.0.0.1' },
      module: { ...moduleTest('PlainTest', fault('sleep 0')), ...moduleTest('GatedTest', fault('gate')) },
    });
    environment = await harness.environment('preprod-us');
    await harness.context.variables.set(environment.id, {
      name: 'DEPLOY_TOKEN',
      value: secret,
      secret: true,
    });
  });
  afterAll(async () => {
    await harness.close();
    server.close();
  });
  afterEach(async () => {
    const { hooks } = await harness.context.hooks.list().then((all) => ({ hooks: all }));
    for (const { name, environment } of hooks)
      await removeHook.run(harness.context, { name, environment }, request);
    await environment.container.exec('rm', '-f', journal);
    received.length = 0;
  });

  const add = (name: string, moment: 'before' | 'after', action: unknown, more: object = {}) =>
    addHook.run(
      harness.context,
      parseInput(addHook, { name, environment: environment.code, moment, action, ...more }),
      request,
    );
  const hooksOf = async (id: number) => (await listRunHooks.run(harness.context, { id }, request)).hooks;
  const written = async () => (await environment.container.exec('cat', journal)).trim().split(/ *\n/);
  const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const run = () => harness.run(environment, { tests: ['PlainTest'] });

  test('a run executes them in their order, with its variables; secrets are sent, and in no log', async () => {
    answers = [
      { status: 503, body: '' },
      { status: 200, body: '{"deployment":{"state":"running"}}' },
      { status: 200, body: '{"deployment":{"state":"done"}}' },
      { status: 204, body: '' },
    ];
    await addHook.run(
      harness.context,
      parseInput(addHook, {
        name: 'everywhere',
        moment: 'before',
        action: writes('everywhere'),
        position: 1,
      }),
      request,
    );
    await add('deployment', 'before', {
      kind: 'request',
      url: `${address()}/deployments/{{MATRE_ENVIRONMENT}}`,
      headers: { authorization: 'Bearer {{DEPLOY_TOKEN}}' },
      wait: { everySeconds: 1, field: 'deployment.state', values: ['done'] },
    });
    await add('token', 'before', {
      kind: 'command',
      argv: ['sh', '-c', `echo "token is $DEPLOY_TOKEN"; echo second >> ${journal}`],
      variables: ['DEPLOY_TOKEN'],
    });
    await add('restore', 'after', writes('restored'));
    await add('report', 'after', {
      kind: 'request',
      method: 'POST',
      url: `${address()}/reports?run={{MATRE_RUN}}`,
      headers: { 'content-type': 'application/json' },
      body: '{"verdict":"{{MATRE_VERDICT}}"}',
    });
    const details = await run();
    const { id, verdict } = details.run;
    expect(verdict).toBe('passed');
    const hooks = await hooksOf(id);
    expect(hooks.map(({ name, state, starts }) => [name, state, starts])).toEqual([
      ['everywhere', 'passed', 1],
      ['deployment', 'passed', 1],
      ['token', 'passed', 1],
      ['restore', 'passed', 1],
      ['report', 'passed', 1],
    ]);
    expect(await written()).toEqual([
      `everywhere ${id} preprod-us`,
      'second',
      `restored ${id} preprod-us passed`,
    ]);
    const bearer = `Bearer ${secret}`;
    expect(received.map(({ url, authorization }) => [url, authorization])).toEqual([
      ['/deployments/preprod-us', bearer],
      ['/deployments/preprod-us', bearer],
      ['/deployments/preprod-us', bearer],
      [`/reports?run=${id}`, undefined],
    ]);
    expect(received.at(-1)?.body).toBe('{"verdict":"passed"}');
    const log = await harness.log(id);
    expect(log).toContain('token is [hidden]');
    expect(log).toContain('deployment.state is "running"');
    expect(await harness.artifact(id, hooks[2]?.log ?? '')).toBe('token is [hidden]\n');
    expect(log).not.toContain(secret);
    const listed = await listHooks.run(harness.context, { environment: environment.code }, request);
    expect(listed.hooks.map(({ name, last }) => [name, last?.run, last?.state])).toContainEqual([
      'restore',
      id,
      'passed',
    ]);
  });

  test('one that fails before the tests breaks the run without a test, and those after the tests are executed', async () => {
    await add('broken', 'before', { kind: 'command', argv: ['sh', '-c', 'echo no database; exit 3'] });
    await add('never', 'before', writes('never'));
    await add('restore', 'after', writes('restored'));
    const { run: broken, results, events } = await run();
    expect(broken).toMatchObject({ verdict: 'broken', reason: { code: 'HOOK_FAILED' } });
    expect(events.filter(({ code }) => code === 'VERDICT_DECIDED').map(({ message }) => message)).toEqual([
      'The run is broken with HOOK_FAILED; only hooks after its tests are left.',
    ]);
    expect(broken.reason?.message).toContain('exit code 3. Its last line: no database');
    expect(results).toEqual([]);
    expect(await written()).toEqual([`restored ${broken.id} preprod-us broken`]);
    expect((await hooksOf(broken.id)).map(({ name, state }) => [name, state])).toEqual([
      ['broken', 'failed'],
      ['never', 'waiting'],
      ['restore', 'passed'],
    ]);
  });

  test('one that fails after the tests breaks a run that passed, and its results stay', async () => {
    await add('broken', 'after', { kind: 'command', argv: ['sleep', '60'] }, { timeLimitSeconds: 1 });
    await add('restore', 'after', writes('restored'));
    const { run: broken, results, events } = await run();
    expect(broken).toMatchObject({
      verdict: 'broken',
      reason: { code: 'HOOK_FAILED' },
      counts: { passed: 1 },
    });
    expect(broken.reason?.message).toContain('took longer than 1 s');
    expect(results.map(({ status }) => status)).toEqual(['passed']);
    expect((await harness.show(broken.id)).hooks.map(({ name }) => name)).toEqual(['broken', 'restore']);
    expect(events.map(({ code }) => code)).toContain('HOOK_FAILED');
    expect(await written()).toEqual([`restored ${broken.id} preprod-us passed`]);
  });

  test('a run that is cancelled in one executes those after the tests once; a retry by a user executes all again', async () => {
    await add('slow', 'before', { kind: 'command', argv: ['sh', '-c', `test -e /tmp/open || sleep 600`] });
    await add('restore', 'after', writes('restored'));
    const id = await harness.submit(environment, { tests: ['PlainTest'] });
    await waitFor(async () => (await hooksOf(id)).some(({ state }) => state === 'running'));
    await environment.container.executing();
    await harness.context.runs.cancel(id, 'ann');
    expect((await harness.finished(id)).run.verdict).toBe('cancelled');
    expect(await written()).toEqual([`restored ${id} preprod-us cancelled`]);
    expect((await hooksOf(id)).map(({ state }) => state)).toEqual(['interrupted', 'passed']);
    await environment.container.exec('touch', '/tmp/open');
    await harness.context.runs.retryFailed(id, 'ann');
    expect((await harness.finished(id)).run.verdict).toBe('passed');
    expect(await written()).toHaveLength(2);
    expect((await hooksOf(id)).map(({ state }) => state)).toEqual([
      'interrupted',
      'passed',
      'passed',
      'passed',
    ]);
  });

  test('one can be tried where no run is under way', async () => {
    await add('slow', 'before', { kind: 'command', argv: ['sh', '-c', 'echo $MATRE_ENVIRONMENT; exit 4'] });
    const input = { name: 'slow', environment: environment.code, on: undefined };
    expect(await testHook.run(harness.context, input, request)).toMatchObject({
      passed: false,
      message: 'It ended with exit code 4. Its last line: preprod-us',
      output: 'preprod-us\n',
    });
  });

  test('a run keeps the secrets of its start, hooks after the tests included; the next one has those of its own', async () => {
    const { database, variables } = harness.context;
    const action = { kind: 'command', argv: ['sh', '-c', `echo "$KEY" >> ${journal}`], variables: ['KEY'] };
    await variables.set(environment.id, { name: 'KEY', value: 'old-key-4711', secret: true });
    await add('before', 'before', action);
    await add('after', 'after', action);
    const id = await harness.submit(environment, { tests: ['GatedTest'] });
    await harness.testing(id);
    const at = new Date(Date.now() + 60_000);
    await variables.rotate(environment.id, { name: 'KEY', value: 'new-key-4712', at, by: 'ada' });
    await database.query('UPDATE variable SET next_at = clock_timestamp() WHERE next_at IS NOT NULL');
    await environment.container.openGate();
    expect((await harness.finished(id)).run.verdict).toBe('passed');
    expect(await written()).toEqual(['old-key-4711', 'old-key-4711']);
    await harness.run(environment, { tests: ['PlainTest'] });
    expect((await written()).slice(2)).toEqual(['new-key-4712', 'new-key-4712']);
    await variables.unset(environment.id, 'KEY');
  });
});
