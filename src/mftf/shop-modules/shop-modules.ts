import type { Environment } from '../../model/environment.ts';
import type { ShopModulesTable } from '../../store/tables/shop-modules.ts';
import type { EnvValue } from '../module/env-files.ts';
import type { ModulesAnswer } from './ask-modules.ts';

/** Which modules' files MFTF reads for an environment. */
export type ShopModules =
  /** All, because the environment says so. */
  | { kind: 'all' }
  /** Those that the shop listed. `failure`: why it could not be asked again. */
  | { kind: 'listed'; names: string[]; ageMs: number; failure: string | undefined }
  /** All, because the shop was never asked, or could not be. */
  | { kind: 'assumed'; failure: string };

export interface ShopModulesSource {
  /** What is known without asking the shop. */
  stored(environment: Environment): Promise<ShopModules>;
  /** Asks the shop when the list is older than some minutes, or of another base URL. An answer is stored. */
  current(environment: Environment, ask: () => Promise<ModulesAnswer>): Promise<ShopModules>;
}

/** The lists of enabled modules, which all processes share through the database. */
export function createShopModules(deps: { table: ShopModulesTable; maxAgeMs: number }): ShopModulesSource {
  const { table, maxAgeMs } = deps;

  async function stored(environment: Environment): Promise<ShopModules> {
    if (environment.allModules) return { kind: 'all' };
    const row = await table.find(environment);
    return row?.names
      ? { kind: 'listed', names: row.names, ageMs: row.ageMs, failure: undefined }
      : { kind: 'assumed', failure: 'the shop has not been asked yet' };
  }

  return {
    stored,
    async current(environment, ask) {
      if (environment.allModules) return { kind: 'all' };
      const row = await table.find(environment);
      if (row?.names && row.ageMs <= maxAgeMs) return stored(environment);
      // Magento locks an account after a few wrong passwords (six by default), so it is not asked at the start of every run.
      const refusal = row?.refusal && row.refusal.ageMs <= maxAgeMs ? row.refusal.message : undefined;
      const answer = refusal === undefined ? await ask() : { failure: refusal, refused: true };
      if ('names' in answer) {
        await table.save(environment, answer.names);
        return { kind: 'listed', names: answer.names, ageMs: 0, failure: undefined };
      }
      const { failure } = answer;
      if (answer.refused && refusal === undefined) await table.saveRefusal(environment, failure);
      return row?.names
        ? { kind: 'listed', names: row.names, ageMs: row.ageMs, failure }
        : { kind: 'assumed', failure };
    },
  };
}

/** The names by which MFTF chooses modules: those of the shop, then those of MODULE_ALLOWLIST; `undefined` for all modules. */
export function enabledModules(modules: ShopModules, values: readonly EnvValue[]): string[] | undefined {
  if (modules.kind !== 'listed') return undefined;
  const allowlist = values.find(({ name }) => name === 'MODULE_ALLOWLIST')?.value.split(',') ?? [];
  return [...modules.names, ...allowlist.map((name) => name.trim()).filter((name) => name !== '')];
}
