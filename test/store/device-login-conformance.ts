import { beforeEach, expect, it } from 'vitest';
import type { Role } from '../../src/model/access.ts';
import type { Access } from '../../src/store/access/access.ts';
import type { Account } from '../../src/store/access/accounts.ts';

/** Logins of commands by a browser. */
export function deviceLoginConformance(
  opened: () => { access: Access },
  {
    add,
    age,
  }: {
    add(name: string, role?: Role): Promise<Account>;
    age(table: 'device_login', column: string, minutes: number): Promise<unknown>;
  },
): void {
  let { access } = opened();
  beforeEach(() => {
    ({ access } = opened());
  });

  const begin = () => access.deviceLogins.begin('ada on laptop', '10.1.2.3');

  it('give one poll a token of the user who approved, with the name of the device', async () => {
    const { id } = await add('ada', 'operator');
    const { deviceCode, userCode } = await begin();
    expect(userCode).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
    expect(await access.deviceLogins.poll(deviceCode)).toEqual({ status: 'pending' });
    const typed = userCode.toLowerCase().replace('-', ' ');
    expect(await access.deviceLogins.get(typed)).toMatchObject({
      userCode,
      device: 'ada on laptop',
      address: '10.1.2.3',
    });
    await access.deviceLogins.approve(typed, { accountId: id, role: 'viewer' });
    await age('device_login', 'polled_at', 1);
    const polls = await Promise.allSettled([1, 2, 3].map(() => access.deviceLogins.poll(deviceCode)));
    const approved = polls.flatMap((poll) =>
      poll.status === 'fulfilled' && poll.value.status === 'approved' ? [poll.value] : [],
    );
    expect(approved).toHaveLength(1);
    expect(approved[0]?.token).toMatchObject({
      name: 'ada on laptop',
      role: 'viewer',
      user: 'ada',
      createdBy: 'ada',
    });
    expect(await access.tokens.findPrincipal(approved[0]?.secret ?? '')).toMatchObject({
      accountId: id,
      role: 'viewer',
    });
    await expect(access.deviceLogins.poll(deviceCode)).rejects.toMatchObject({
      code: 'DEVICE_CODE_INVALID',
    });
  });

  it('are approved or denied once, and end after ten minutes', async () => {
    const { id } = await add('ada');
    const denied = await begin();
    await access.deviceLogins.deny(denied.userCode);
    const invalid = { code: 'DEVICE_CODE_INVALID' };
    await expect(
      access.deviceLogins.approve(denied.userCode, { accountId: id, role: 'admin' }),
    ).rejects.toMatchObject(invalid);
    expect(await access.deviceLogins.poll(denied.deviceCode)).toEqual({ status: 'denied' });
    await expect(access.deviceLogins.poll(denied.deviceCode)).rejects.toMatchObject(invalid);

    const late = await begin();
    await age('device_login', 'expires_at', 10);
    await expect(access.deviceLogins.get(late.userCode)).rejects.toMatchObject(invalid);
    await expect(
      access.deviceLogins.approve(late.userCode, { accountId: id, role: 'admin' }),
    ).rejects.toMatchObject(invalid);
    await expect(access.deviceLogins.poll(late.deviceCode)).rejects.toMatchObject(invalid);
    expect(await access.tokens.list()).toEqual([]);
  });

  it('end with the user who approved them', async () => {
    await add('root');
    const { id } = await add('ada');
    const { deviceCode, userCode } = await begin();
    await access.deviceLogins.approve(userCode, { accountId: id, role: 'admin' });
    await access.accounts.remove('ada');
    await expect(access.deviceLogins.poll(deviceCode)).rejects.toMatchObject({
      code: 'DEVICE_CODE_INVALID',
    });
  });

  it('answer a poll that comes too early without its state', async () => {
    const { deviceCode } = await begin();
    await access.deviceLogins.poll(deviceCode);
    expect(await access.deviceLogins.poll(deviceCode)).toEqual({ status: 'slow-down' });
  });
}
