import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/app.ts';
import { cli, startCli } from '../support/cli.ts';
import { namedRunner } from '../support/runner.ts';
import { waitFor } from '../support/wait-for.ts';

let server: TestServer;
let runId: string;
beforeAll(async () => {
  server = await startTestServer({ parts: { runner: namedRunner } });
  const shop = { baseUrl: 'https://example.com', adminUsername: 'admin' };
  await server.ask('POST', '/api/environments', { code: 'us', ...shop });
  await server.app.startWorkers();
  const { body } = await server.ask('POST', '/api/runs', {
    environments: ['us'],
    selection: { tests: ['PassHome'] },
  });
  runId = String(body.runs[0].id);
  const state = async () => (await server.ask('GET', `/api/runs/${runId}`)).body.run.state;
  await waitFor(async () => (await state()) === 'finished');
});
afterAll(() => server.close());

/** A command that has printed everything must not be kept alive by a connection, a timer or a child process. */
describe('a command ends without being forced after', () => {
  it.each([
    ['--help', 0],
    ['list', 0],
    ['show RUN', 0],
    ['log RUN', 0],
    ['log RUN -f', 0],
    ['tests', 3],
    ['status', 0],
    ['pool list', 0],
    ['locks list', 0],
    ['env list', 0],
    ['env show us', 0],
    ['env show', 0],
    ['schedule list', 0],
    ['doctor', 2],
    ['user list', 0],
    ['token list', 0],
    ['audit', 0],
    ['config', 0],
    ['show 999', 3],
  ])('%s', async (line, code) => {
    const result = await cli(line.replace('RUN', runId).split(' '), {
      observeEnd: 'plain',
      settings: { MATRE_URL: server.url },
    });
    expect(result.endedByItself).toBe(true);
    expect({ line, code: result.code, stderr: result.stderr }).toMatchObject({ line, code });
    if (code === 0) expect(result.stderr).toBe('');
  });
});

it('a command that follows a log ends on Ctrl-C, even when the server does not answer', async () => {
  const hanging = createServer().listen(0, '127.0.0.1');
  await once(hanging, 'listening');
  const { port } = hanging.address() as AddressInfo;
  const following = startCli(['log', '1', '-f'], { settings: { MATRE_URL: `http://127.0.0.1:${port}` } });
  await once(hanging, 'request');
  following.process.kill('SIGINT');
  expect((await following.done).code).toBe(130);
  hanging.close();
});
