import { expect, it } from 'vitest';
import { type Installation, project } from './installation.ts';
import { runScript } from './network-scripts.ts';

interface Attempt {
  host: string;
  port: number;
  outcome: string;
}

/** A container of the network of the tests reaches Selenium, and nothing else of the installation. */
export function isolation(installed: () => Installation): void {
  it('let a test reach Selenium, but neither Redis nor PostgreSQL nor the API, by name or by address', async () => {
    const installation = installed();
    const { compose, docker } = installation;
    const targets: [string, number][] = [];
    for (const [service, port] of [
      ['postgres', 5432],
      ['magento-redis', 6379],
      ['server', 8089],
    ] as const) {
      targets.push([service, port]);
      const id = (await compose('ps', '-q', service)).trim();
      const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{.Gateway}} {{end}}';
      const addresses = (await docker('inspect', '--format', format, id)).trim().split(/\s+/);
      expect(addresses.length).toBeGreaterThanOrEqual(2);
      for (const address of addresses) targets.push([address, port]);
    }
    // Where the server is published, by the addresses of the host.
    const [, published = ''] = (await compose('port', 'server', '8089')).trim().split(':');
    const format = '{{range .IPAM.Config}}{{.Gateway}}{{end}}';
    const gateway = (await docker('network', 'inspect', '--format', format, project)).trim();
    targets.push([gateway, Number(published)], ['host.docker.internal', Number(published)]);

    const tryAll = (network: string, list: [string, number][]) =>
      runScript<Attempt[]>(installation, network, connectScript(list), [
        ...['--add-host', `host.docker.internal:${gateway}`],
      ]);
    const attempts = await tryAll(project, [['selenium-hub', 4444], ...targets]);
    expect(attempts.filter(({ outcome }) => outcome === 'connected')).toEqual([
      { host: 'selenium-hub', port: 4444, outcome: 'connected' },
    ]);
    expect(attempts).toHaveLength(targets.length + 1);
    // The same from where they must be reached: the attempts can succeed.
    const [database, locks] = await tryAll(
      `${project}_stores`,
      targets.filter(([host]) => /^[a-z-]+$/.test(host)),
    );
    expect([database?.outcome, locks?.outcome]).toEqual(['connected', 'connected']);
  });
}

/** A script that connects to each target, and prints what happened. */
const connectScript = (targets: [string, number][]) => `
const attempt = ([host, port]) => new Promise((resolve) => {
  const done = (outcome) => { socket.destroy(); resolve({ host, port, outcome }); };
  const socket = require('node:net').connect({ host, port });
  socket.setTimeout(4000, () => done('timeout'));
  socket.on('connect', () => done('connected'));
  socket.on('error', ({ code }) => done(code));
});
Promise.all(${JSON.stringify(targets)}.map(attempt)).then((list) => console.log(JSON.stringify(list)));
`;
