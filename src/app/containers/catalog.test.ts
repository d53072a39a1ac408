import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../config/load-config.ts';
import { Fault } from '../../faults/fault.ts';
import { createLog } from '../../log.ts';
import { buildCatalog } from '../../mftf/catalog/catalog.ts';
import { emptySelection } from '../../model/selection.ts';
import { resolveInCatalog } from './catalog.ts';
import { createSources } from './sources.ts';

describe('a selection, when a file of the image is invalid', () => {
  const deps = {
    sources: createSources({
      config: loadConfig({ environment: { MATRE_MODULE_PATH: '/module' }, file: '/dev/null' }),
      environments: { list: async () => [], readModules: async () => [] },
    }),
    log: createLog({ level: 'silent' }),
  };
  const invalid = new Fault(
    'MODULE_INVALID',
    'vendor/acme/off/Test/Mftf/Test/Half.xml:1: unclosed tag: test',
  );
  const catalog = buildCatalog([]);
  /** Only without the module Acme_Off can MFTF read its files. */
  const read = async (_: unknown, enabled?: readonly string[]) => {
    if (!enabled || enabled.includes('Acme_Off')) throw invalid;
    return catalog as never;
  };
  const resolve = (shops: string[][]) =>
    resolveInCatalog(
      { ...deps, read, shopLists: async () => shops },
      { ...emptySelection, tests: ['OwnTest'] },
      [],
    );

  it('is checked by the run when the module of the file is disabled in a shop', async () => {
    expect(await resolve([['Acme_On', 'Acme_Off'], ['Acme_On']])).toBeUndefined();
  });

  it('is refused when every shop has the module, and when no shop is known', async () => {
    await expect(resolve([['Acme_Off'], ['Acme_Off', 'Acme_On']])).rejects.toBe(invalid);
    await expect(resolve([])).rejects.toBe(invalid);
  });
});
