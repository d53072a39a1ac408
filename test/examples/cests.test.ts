import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readCatalog } from '../../src/mftf/catalog/catalog.ts';
import { resolveSelection } from '../../src/mftf/catalog/selection.ts';
import { folderSource } from '../../src/mftf/catalog/tree/source.ts';
import { compareFiles } from '../../src/mftf/cest/compare-files.ts';
import { defaultCestSettings } from '../../src/mftf/cest/settings.ts';
import { writeCestFiles } from '../../src/mftf/cest/write-files.ts';
import { createLayout } from '../../src/mftf/container/layout.ts';
import { sortForGeneration } from '../../src/mftf/generation/generation-order.ts';
import { createResolver } from '../../src/mftf/resolver/resolver.ts';
import { emptySelection } from '../../src/model/selection.ts';
import { createSamples } from './sample.ts';

const samples = createSamples();
afterAll(() => samples.close());

it.each(['3.8.0', '6.0.1'])(
  'the stand-in for MFTF %s generates what matre writes for the sample modules',
  async (version) => {
    const sample = await samples.open(version);
    try {
      const layout = createLayout(sample.root);
      const read = (path: string) => readFileSync(join(sample.root, path));
      const codeceptionConfig = String(read('dev/tests/acceptance/codeception.yml'));
      expect((await sample.generate()).code).toBe(0);
      const catalog = await readCatalog([folderSource(sample.root, '')]);
      const { tests } = resolveSelection(catalog, { ...emptySelection, all: true });
      const own = writeCestFiles(catalog, createResolver(catalog, read), read, {
        tests: sortForGeneration(tests),
        settings: { ...defaultCestSettings, version },
        helperClasses: [],
        layout,
        image: {
          suiteClass: await sample.read(join(layout.suiteClasses, 'HarbourOrdersSuite.php')),
          codeceptionConfig,
        },
      });
      expect(own.refused).toEqual([]);
      expect(own.files.length).toBeGreaterThan(15);
      const generated = new Map(own.files.map(({ path }) => [path, String(read(path))]));
      const written = new Map(own.files.map(({ path, content }) => [path, content]));
      expect(compareFiles(written, generated)).toBeUndefined();
    } finally {
      await sample.remove();
    }
  },
);
