import { describe, expect, it } from 'vitest';
import type { Environment } from '../../model/environment.ts';
import type { ShopModulesTable, StoredModules } from '../../store/tables/shop-modules.ts';
import type { ModulesAnswer } from './ask-modules.ts';
import { describeModules } from './describe-modules.ts';
import { createShopModules, enabledModules } from './shop-modules.ts';

const environment = { id: 1, baseUrl: 'https://shop.example/', allModules: false } as Environment;
const maxAgeMs = 900_000;

/** A source over one stored row, and what it stored and asked. */
function source(row: Partial<StoredModules> | undefined, answer: ModulesAnswer = { names: ['New'] }) {
  const calls: unknown[] = [];
  const stored = row && { environmentId: 1, names: undefined, ageMs: 0, refusal: undefined, ...row };
  const table = {
    find: async () => stored,
    save: async (_shop: unknown, names: readonly string[]) => calls.push(['save', ...names]),
    saveRefusal: async () => calls.push(['refusal']),
  } as unknown as ShopModulesTable;
  const ask = async () => {
    calls.push(['ask']);
    return answer;
  };
  return { modules: createShopModules({ table, maxAgeMs }), ask, calls };
}

describe('the modules of a run', () => {
  it('are those of a list that is young enough; an older one is asked for again', async () => {
    const young = source({ names: ['Old'], ageMs: maxAgeMs });
    expect(await young.modules.current(environment, young.ask)).toMatchObject({
      kind: 'listed',
      names: ['Old'],
    });
    expect(young.calls).toEqual([]);
    const old = source({ names: ['Old'], ageMs: maxAgeMs + 1 });
    expect(await old.modules.current(environment, old.ask)).toMatchObject({ kind: 'listed', names: ['New'] });
    expect(old.calls).toEqual([['ask'], ['save', 'New']]);
  });

  it('are the last list when the shop does not answer, and all without one', async () => {
    const failure = { failure: 'it is down', refused: false };
    const listed = source({ names: ['Old'], ageMs: maxAgeMs * 4 }, failure);
    const last = await listed.modules.current(environment, listed.ask);
    expect(last).toMatchObject({ kind: 'listed', names: ['Old'], failure: 'it is down' });
    expect(describeModules(last)).toBe(
      'The enabled modules of the shop may have changed: it is down. The last list is used: 1 is enabled in the shop, asked 60 minutes ago.',
    );
    const unknown = source(undefined, failure);
    const assumed = await unknown.modules.current(environment, unknown.ask);
    expect(assumed).toEqual({ kind: 'assumed', failure: 'it is down' });
    expect(enabledModules(assumed, [])).toBeUndefined();
  });

  it('are not asked for again soon after the shop refused the administrator', async () => {
    const refused = source(undefined, { failure: 'wrong password', refused: true });
    await refused.modules.current(environment, refused.ask);
    expect(refused.calls).toEqual([['ask'], ['refusal']]);
    const soon = source({ refusal: { message: 'wrong password', ageMs: 1 } });
    expect(await soon.modules.current(environment, soon.ask)).toEqual({
      kind: 'assumed',
      failure: 'wrong password',
    });
    expect(soon.calls).toEqual([]);
    const later = source({ refusal: { message: 'wrong password', ageMs: maxAgeMs + 1 } });
    await later.modules.current(environment, later.ask);
    expect(later.calls).toEqual([['ask'], ['save', 'New']]);
  });

  it('are all, and no shop is asked, when the environment says so', async () => {
    const all = source({ names: ['Old'] });
    expect(await all.modules.current({ ...environment, allModules: true }, all.ask)).toEqual({ kind: 'all' });
    expect(all.calls).toEqual([]);
  });

  it('are followed by those of MODULE_ALLOWLIST', () => {
    const values = [{ name: 'MODULE_ALLOWLIST', value: ' Own , ,Other', secret: false }];
    const modules = { kind: 'listed', names: ['A_B'], ageMs: 0, failure: undefined } as const;
    expect(enabledModules({ ...modules, names: ['A_B'] }, values)).toEqual(['A_B', 'Own', 'Other']);
  });
});
