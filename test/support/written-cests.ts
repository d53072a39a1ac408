import { hash } from 'node:crypto';
import { placements } from '../../src/mftf/catalog/placed-test.ts';
import { helperSignatures } from '../../src/mftf/cest/php-method-parameters.ts';
import { CestRefusal } from '../../src/mftf/cest/refusal.ts';
import { defaultCestSettings } from '../../src/mftf/cest/settings.ts';
import { writeCest } from '../../src/mftf/cest/write-cest.ts';
import type { Side } from '../../src/mftf/impact/changed-tests.ts';
import { createResolver } from '../../src/mftf/resolver/resolver.ts';

/** Those of MFTF 3 name helpers of other tests, in the order of directories. */
const settings = { ...defaultCestSettings, version: '4.7.2' };

/** The hashes of the Cests of a catalog, or of some tests, by `suite:test`; of a test that has none, that of the reason. */
export function writtenCests({ catalog, read }: Side, names?: ReadonlySet<string>): Map<string, string> {
  const { definitions, test: resolve } = createResolver(catalog, read);
  const helpers = helperSignatures(
    catalog.files
      .filter(({ path }) => /\/Helper\/.*\.php$/.test(path))
      .map(({ path }) => ({ path, read: () => Buffer.from(read(path)).toString('utf8') })),
  );
  const context = { definitions, settings, helpers };
  const cests = new Map<string, string>();
  for (const test of catalog.tests.values()) {
    if (test.unusable !== undefined || names?.has(test.name) === false) continue;
    const resolution = resolve(test.name);
    for (const { suite } of placements(test)) {
      const write = () => {
        if ('refusal' in resolution) return `refused: ${resolution.refusal.message}`;
        try {
          return writeCest(resolution.resolved, suite ?? 'default', new Set(), context);
        } catch (error) {
          // Of a definition that cannot be read the resolver throws an error of its own.
          return `refused: ${error instanceof CestRefusal ? error.message : String(error)}`;
        }
      };
      cests.set(`${suite ?? ''}:${test.name}`, hash('sha256', write()));
    }
  }
  return cests;
}
