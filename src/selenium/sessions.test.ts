import { expect, it } from 'vitest';
import { Fault } from '../faults/fault.ts';
import type { Logger } from '../log.ts';
import type { SeleniumStatus } from './selenium.ts';
import { createSessions } from './sessions.ts';

it.each([
  { isAssumed: true, level: 'info' },
  { isAssumed: false, level: 'warn' },
])('logs an unreachable Selenium once, and warns only when its address is set (%o)', async (example) => {
  const { isAssumed, level } = example;
  const logged: string[] = [];
  const log = { info: () => logged.push('info'), warn: () => logged.push('warn') } as unknown as Logger;
  const unreachable = async () => {
    throw new Fault('SELENIUM_UNREACHABLE', 'Connection refused.');
  };
  const selenium = {
    ...{ address: 'http://127.0.0.1:4444/', status: unreachable },
    ...{ end: unreachable, devTools: unreachable },
  };
  const sessions = createSessions({
    selenium: async () => ({ selenium, isAssumed }),
    installation: async () => 'installation',
    running: async () => [],
    log,
  });
  expect(await sessions.sessionCapacity()).toBeUndefined();
  await sessions.endLeftover();
  expect(logged).toEqual([level]);
});

it.each([
  [
    0,
    [],
    { code: 'SELENIUM_UNREACHABLE', message: /^Selenium at http:\/\/hub:4444 is a grid without nodes/ },
  ],
  [
    2,
    ['one'],
    { code: 'SELENIUM_FULL', message: /has 2 sessions, 1 of them used by others, and none is free/ },
  ],
])('says why a grid with %i sessions has none that is free', async (capacity, labels, { code, message }) => {
  const status: SeleniumStatus = {
    ...{ kind: 'grid', ready: true, message: '', managesDownloads: false, capacity },
    sessions: labels.map((label, index) => ({ id: String(index), label })),
  };
  const selenium = {
    address: 'http://hub:4444',
    status: async () => status,
    end: async () => true,
    devTools: async () => undefined,
  };
  const sessions = createSessions({
    selenium: async () => ({ selenium, isAssumed: false }),
    ...{ installation: async () => 'installation', running: async () => [] },
    log: {} as Logger,
  });
  const reported = await sessions.sessionCapacity();
  expect(reported).toEqual({
    count: Math.max(0, capacity - labels.length),
    reason: { code, message: expect.stringMatching(message) },
  });
});

it('ends the sessions that a label had, and not those that it has got meanwhile', async () => {
  const ended: string[] = [];
  const labels = ['run', 'other'];
  const selenium = {
    address: 'http://hub:4444',
    status: async (): Promise<SeleniumStatus> => ({
      ...{ kind: 'grid', ready: true, message: '', managesDownloads: false, capacity: 3 },
      sessions: labels.map((label, index) => ({ id: String(index), label })),
    }),
    end: async (id: string) => ended.push(id) > 0,
    devTools: async () => undefined,
  };
  const sessions = createSessions({
    selenium: async () => ({ selenium, isAssumed: false }),
    ...{ installation: async () => 'installation', running: async () => [] },
    log: { info: () => {} } as unknown as Logger,
  });
  const endFound = await sessions.findLabelled('run');
  labels.push('run');
  await endFound();
  expect(ended).toEqual(['0']);
});
