import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { cliHere } from '../../../test/support/cli.ts';

it('says that no name contains the text, instead of printing an empty table', async () => {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({ tests: [], groups: [], suites: [], commit: { id: 'abc', subject: 'Add a test' } }),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    const settings = { MATRE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
    expect(await cliHere(['tests', 'no-such-name'], { settings })).toMatchObject({
      code: 0,
      stdout: 'No test, group or suite contains "no-such-name". `matre tests` lists all.\n',
    });
    expect((await cliHere(['tests'], { settings })).stdout).toBe('The test module has no tests.\n');
    expect((await cliHere(['tests', 'x', '--names'], { settings })).stdout).toBe('');
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

it('lists the tests of a group, with the number that the group has', async () => {
  const test = (name: string, group: string) => ({
    ...{ name, title: null, severity: null, module: null, skipped: null, unusable: null },
    ...{ groups: [group], suites: [] },
  });
  const catalog = {
    tests: [test('ATest', 'smoke'), test('BTest', 'admin')],
    groups: ['smoke', 'admin'].map((name) => ({ name, tests: 1 })),
    suites: [],
    commit: { id: 'abc', subject: 'Add a test' },
    playwright: {
      ...{ commit: 'def', listedAt: '2026-11-22T10:00:00.000Z' },
      tests: ['@smoke', '@slow'].map((tag) => ({
        ...{ name: `cart.spec.ts › ${tag}`, project: 'phone', file: 'cart.spec.ts', titles: [tag] },
        ...{ tags: [tag], skipped: false, needed: false },
      })),
    },
  };
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(catalog));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    const settings = { MATRE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
    const { stdout } = await cliHere(['tests', '--group', 'smoke'], { settings });
    expect(stdout).toMatch(/ATest/);
    expect(stdout).not.toMatch(/BTest|admin/);
    expect(stdout).toContain('Groups: smoke (1)\nTests: 1, ');
    expect(stdout).not.toContain('cart.spec.ts');
    const ofPlaywright = await cliHere(['tests', '--playwright-tag', 'smoke'], { settings });
    expect(ofPlaywright.stdout).toMatch(/cart\.spec\.ts › @smoke +phone/);
    expect(ofPlaywright.stdout).toContain('Tests of Playwright: 1, at def');
    const names = await cliHere(['tests', '--playwright-grep', 'slow$', '--names'], { settings });
    expect(names.stdout).toBe('cart.spec.ts › @slow\n');
    expect((await cliHere(['tests', '--playwright-grep', '('], { settings })).code).toBe(3);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
