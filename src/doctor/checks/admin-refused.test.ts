import { expect, it } from 'vitest';
import { Fault } from '../../faults/fault.ts';
import type { CheckContext } from '../check-context.ts';
import { adminRefused } from './admin-refused.ts';
import { modulesUnknown } from './modules-unknown.ts';

const values = [{ name: 'MAGENTO_ADMIN_USERNAME', value: 'admin', secret: false }];
const missing = new Fault(
  'MODULE_ENV_FILE_MISSING',
  'Cron/data/.env.us is not there in the test module at commit 1.',
);

function contextOf(valuesOf: () => Promise<unknown>): CheckContext {
  return {
    maySignIn: true,
    shops: [{ id: 1, code: 'us', baseUrl: 'https://us.test/', adminUsername: 'admin' }],
    containers: async () => ({ valuesOf }),
    inspections: { signIns: new Map() },
  } as unknown as CheckContext;
}

it.each([adminRefused, modulesUnknown])(
  '$name says that it did not check a shop whose env file is missing, and why',
  async (check) => {
    const findings = await check.run(contextOf(() => Promise.reject(missing)));
    expect(findings[0]).toEqual({
      ...{ status: 'unknown', about: 'us' },
      message: 'Not checked: the values of its tests are unknown, because the env file is missing.',
    });
  },
);

it('says that no password is set when tests have none', async () => {
  const [finding] = await adminRefused.run(contextOf(async () => values));
  expect(finding).toMatchObject({
    status: 'ok',
    message: expect.stringContaining('no admin password is set'),
  });
});
