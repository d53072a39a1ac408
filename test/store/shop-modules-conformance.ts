import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import type { Environment } from '../../src/model/environment.ts';
import { createEnvironments, type Environments } from '../../src/store/tables/environments.ts';
import { createShopModulesTable, type ShopModulesTable } from '../../src/store/tables/shop-modules.ts';
import { type Kind, openTestDatabase, type TestDatabase } from '../support/database.ts';

/** The behaviour of the lists of enabled modules, for every kind of database. */
export function shopModulesConformance(kind: Kind): void {
  describe('enabled modules of shops', () => {
    let testDatabase: TestDatabase;
    let environments: Environments;
    let table: ShopModulesTable;
    let us: Environment;
    let es: Environment;
    beforeAll(async () => {
      testDatabase = await openTestDatabase(kind);
      const { database } = testDatabase;
      environments = createEnvironments({ database, secrets: createSecretBox(Buffer.alloc(32)) });
      table = createShopModulesTable({ database });
    });
    afterAll(() => testDatabase.close());
    beforeEach(async () => {
      for (const { id } of await environments.list()) await environments.remove(id);
      [us, es] = [await create('us'), await create('es')];
    });
    const create = (code: string) =>
      environments.create({
        code,
        name: code,
        baseUrl: `https://${code}.test/`,
        backendName: 'admin',
        adminUsername: 'admin',
      });

    it('are unknown until a shop lists them; then they have the order of the shop and an age', async () => {
      expect(await table.find(us)).toBeUndefined();
      await table.save(us, ['B_Two', 'A_One', 'Ü_Three']);
      const stored = await table.find(us);
      expect(stored).toEqual({
        environmentId: us.id,
        names: ['B_Two', 'A_One', 'Ü_Three'],
        ageMs: expect.any(Number),
        refusal: undefined,
      });
      expect(stored?.ageMs).toBeGreaterThanOrEqual(0);
      await table.save(us, ['A_One']);
      expect(await table.find(us)).toMatchObject({ names: ['A_One'] });
    });

    it('hold for one address', async () => {
      await table.save(us, ['A_One']);
      const moved = await environments.update(us.id, { baseUrl: 'https://new.test/' });
      expect(await table.find(moved)).toBeUndefined();
      expect(await table.list()).toEqual([]);
      await table.saveRefusal(moved, 'wrong password');
      expect(await table.find(moved)).toMatchObject({
        names: undefined,
        refusal: { message: 'wrong password' },
      });
      expect(await table.find(us)).toBeUndefined();
    });

    it('stay when the shop refuses the administrator, until it lists them again', async () => {
      await table.save(us, ['A_One']);
      await table.saveRefusal(us, 'wrong password');
      expect(await table.find(us)).toMatchObject({
        names: ['A_One'],
        refusal: { message: 'wrong password', ageMs: expect.any(Number) },
      });
      await table.forgetRefusal(us.id);
      expect(await table.find(us)).toMatchObject({ names: ['A_One'], refusal: undefined });
      await table.saveRefusal(us, 'again');
      await table.save(us, ['B_Two']);
      expect(await table.find(us)).toMatchObject({ names: ['B_Two'], refusal: undefined });
    });

    it('are listed for all environments, without removed ones', async () => {
      await table.save(us, ['A_One']);
      await table.save(es, ['A_One', 'B_Two']);
      expect(await table.list()).toMatchObject([
        { environmentId: us.id, names: ['A_One'] },
        { environmentId: es.id, names: ['A_One', 'B_Two'] },
      ]);
      await environments.remove(us.id);
      expect(await table.list()).toMatchObject([{ environmentId: es.id }]);
    });
  });
}
