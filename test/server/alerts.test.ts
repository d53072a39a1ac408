import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { emptySelection } from '../../src/model/selection.ts';
import { startTestServer, type TestServer } from '../support/app.ts';
import { waitFor } from '../support/wait-for.ts';

/** An environment that breaks and recovers, seen by the watcher of a server without workers. */
let server: TestServer;
let service: Server;
let heartbeats = 0;
beforeAll(async () => {
  service = createServer((_request, response) => {
    heartbeats += 1;
    response.end();
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  server = await startTestServer({
    settings: {
      MATRE_ALERT_INTERVAL: '1s',
      MATRE_ALERT_BROKEN_RUNS: '2',
      MATRE_PUBLIC_URL: 'http://127.0.0.1:1',
      MATRE_SIGN_IN: 'off',
      MATRE_HEARTBEAT_URL: `http://127.0.0.1:${(service.address() as AddressInfo).port}/secret`,
      MATRE_MESSAGES_ALLOWED_NETWORKS: '127.0.0.0/8',
    },
  });
  await server.ask('POST', '/api/environments', {
    code: 'us',
    baseUrl: 'https://us.test/',
    adminUsername: 'admin',
  });
  server.app.startWatching();
});
afterAll(async () => {
  await server?.close();
  service.close();
});

const finish = (verdict: string) =>
  server.app.context.database.query(
    `INSERT INTO run (environment_id, selection, state, verdict, finished_at, requested_by, reason_code, reason_message)
     SELECT id, $1::jsonb, 'finished', $2, now(), 'x', 'SELENIUM_UNREACHABLE', 'Selenium does not answer.' FROM environment`,
    [JSON.stringify(emptySelection), verdict],
  );
/** Those of environments: that no worker is up is an alert, too. */
const list = async (query: string) =>
  (await server.ask('GET', `/api/alerts?${query}`)).body.alerts.filter(
    ({ kind }: { kind: string }) => kind === 'environment-broken',
  );
const listOpen = () => list('open=true');

it('an environment that breaks again and again is an alert, among the first of the status and counted', async () => {
  expect(await listOpen()).toEqual([]);
  await finish('broken');
  await finish('broken');
  const [alert] = await waitFor(async () => {
    const open = await listOpen();
    return open.length > 0 && open;
  });
  expect(alert).toMatchObject({
    kind: 'environment-broken',
    subject: 'us',
    message: expect.stringMatching(
      /^The last 2 runs were broken on us, since .* Run 2: Selenium does not answer\./,
    ),
    url: 'http://127.0.0.1:1/environments/us',
    endedAt: null,
  });
  const { problems } = (await server.ask('GET', '/api/status')).body;
  expect(problems[0].area).toBe('alerts');
  expect(problems).toContainEqual(
    expect.objectContaining({ area: 'alerts', about: 'us', since: alert.startedAt }),
  );
  expect(problems.filter(({ area }: { area: string }) => area === 'environments')).toEqual([]);
  const { alerts, failing } = (await server.ask('GET', '/api/attention')).body;
  expect(failing).toBe(1);
  expect(alerts).toBeGreaterThanOrEqual(1);
});

it('an environment whose next run has another verdict is none any more, and stays in the list', async () => {
  await finish('failed');
  await waitFor(async () => (await listOpen()).length === 0);
  const [ended, ...others] = await list('limit=200');
  expect(ended).toMatchObject({
    subject: 'us',
    endedAt: expect.any(String),
    endReason: 'Run 3: failed.',
  });
  expect(others).toEqual([]);
  expect(await list(`before=${ended.id}`)).toEqual([]);
  const { body: page } = await server.ask('GET', '/api/alerts?limit=1');
  expect(page.alerts).toHaveLength(1);
});

it('a service outside gets a request after each look', async () => {
  const before = heartbeats;
  await waitFor(() => heartbeats > before);
});
