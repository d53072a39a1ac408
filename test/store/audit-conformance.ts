import { beforeEach, expect, it } from 'vitest';
import type { Access } from '../../src/store/access/access.ts';
import type { AuditFilter } from '../../src/store/access/audit.ts';
import type { Database } from '../../src/store/database/database.ts';

/** The entries of the audit trail. */
export function auditConformance(opened: () => { access: Access; database: Database }): void {
  let { access, database } = opened();
  beforeEach(() => {
    ({ access, database } = opened());
  });

  it('are filtered, and have the changed fields', async () => {
    const record = (who: string, operation: string, subject: string, outcome: string) =>
      access.audit.record(
        { principal: { name: who, via: 'password' }, address: undefined, operation, subject },
        outcome,
      );
    await record('zoe', 'users.edit', 'Preprod-us: role', 'done');
    await record('zoe', 'runs.submit', 'us', 'FORBIDDEN');
    await record('yan', 'users.edit', 'us', 'done');
    const subjects = async (filter: AuditFilter) =>
      (await access.audit.list({ before: undefined, limit: 3, who: 'zoe', ...filter })).map(
        ({ subject }) => subject,
      );
    expect(await subjects({})).toEqual(['us', 'Preprod-us: role']);
    expect(await subjects({ operation: 'users.edit' })).toEqual(['Preprod-us: role']);
    expect(await subjects({ subject: 'PREPROD' })).toEqual(['Preprod-us: role']);
    expect(await subjects({ outcome: 'FORBIDDEN' })).toEqual(['us']);
    const [latest] = await access.audit.list({ before: undefined, limit: 1 });
    const now = latest?.at ?? new Date();
    expect(await subjects({ since: new Date(now.getTime() + 1) })).toEqual([]);
    expect(await subjects({ until: new Date(now.getTime() + 1) })).toHaveLength(2);
    const id = await access.audit.begin({
      ...{ principal: { name: 'xia', via: 'password' }, address: undefined },
      ...{ operation: 'users.edit', subject: 'x' },
    });
    const changes = { role: { before: 'viewer', after: null } };
    await access.audit.end(id, 'done', changes);
    expect(await access.audit.list({ before: undefined, limit: 1, who: 'xia' })).toMatchObject([{ changes }]);
  });

  it('are listed from the newest, page by page, without characters that a column cannot store', async () => {
    const entry = {
      principal: { name: 'ada', via: 'password' },
      address: '10.0.0.1',
      operation: 'x.y',
    } as const;
    const first = await access.audit.begin({ ...entry, subject: 'one' });
    await access.audit.record(
      { ...entry, address: undefined, subject: `nul \0 ${'😀'.repeat(600)}` },
      'done',
    );
    await access.audit.end(first, 'FORBIDDEN');
    const faked = 'x\n2026-11-28 root users.remove ada\u202e';
    await access.audit.record({ ...entry, principal: { name: faked, via: 'local' }, subject: faked }, 'done');
    const [escaped] = await access.audit.list({ before: undefined, limit: 1 });
    const shown = 'x\\u000a2026-11-28 root users.remove ada\\u202e';
    expect(escaped).toMatchObject({ who: shown, subject: shown });
    await database.query('DELETE FROM audit WHERE id = $1', [escaped?.id]);
    const [newest, oldest] = await access.audit.list({ before: undefined, limit: 2 });
    expect(oldest).toMatchObject({
      id: first,
      who: 'ada',
      via: 'password',
      outcome: 'FORBIDDEN',
      subject: 'one',
    });
    expect([...(newest?.subject ?? '')]).toHaveLength(500);
    expect(newest).toMatchObject({ address: undefined, outcome: 'done' });
    expect(await access.audit.list({ before: newest?.id, limit: 1 })).toEqual([oldest]);
  });
}
