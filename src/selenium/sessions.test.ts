import { expect, it } from 'vitest';
import { Fault } from '../faults/fault.ts';
import type { Logger } from '../log.ts';
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
  const selenium = { address: 'http://127.0.0.1:4444/', status: unreachable, end: unreachable };
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
