import { capture } from '../../engine/read-all.ts';
import { toFault } from '../../faults/fault.ts';
import type { PlannedTest } from '../../model/selection.ts';
import type { CatalogAccess } from '../catalog/catalogs.ts';
import type { CestSettings } from '../cest/settings.ts';
import type { CestRequest, RefusedTest } from '../cest/write-files.ts';
import type { RunContainer } from './snapshot-archive.ts';

/** Files that matre wrote, and the tests that MFTF has to generate. */
export interface OwnCests {
  archives: Buffer[];
  refused: RefusedTest[];
}

/** Tests of one question: others wait for at most the time of so many, 0.2 s. */
const batchSize = 100;
/** A codeception.yml has 2 KB. */
const maxConfigBytes = 64 * 1024;

/**
 * Writes the Cests of tests without PHP, in a thread of the catalogs; nothing is put into the container. `suiteClass`: see
 * `SuiteClasses`. A question that fails, because it takes too long or too much memory, leaves its tests to MFTF. Errors: CONTAINER_VANISHED.
 */
export async function writeCests(
  place: RunContainer,
  catalog: CatalogAccess,
  request: {
    /** Sorted as for MFTF. */
    tests: readonly PlannedTest[];
    settings: CestSettings;
    suiteClass?(): Promise<string | undefined>;
  },
): Promise<OwnCests> {
  const { tests, settings } = request;
  const inSuites = tests.filter(({ suite }) => suite !== undefined);
  const alone = tests.filter(({ suite }) => suite === undefined);
  const own: OwnCests = { archives: [], refused: [] };
  let helperClasses: string[] = [];
  const write = async (batch: readonly PlannedTest[], image: CestRequest['image']) => {
    try {
      const { layout } = place;
      const written = await catalog.ask('cests', { tests: batch, settings, helperClasses, layout, image });
      if (written.refused.length < batch.length) own.archives.push(Buffer.from(written.archive));
      own.refused.push(...written.refused);
      ({ helperClasses } = written);
    } catch (error) {
      const { message } = toFault(error);
      own.refused.push(...batch.map((test) => ({ ...test, reason: message })));
    }
  };
  for (let start = 0; start < alone.length; start += batchSize) {
    const image = { suiteClass: undefined, codeceptionConfig: undefined };
    await write(alone.slice(start, start + batchSize), image);
  }
  if (inSuites.length > 0) {
    const [suiteClass, codeceptionConfig] = await Promise.all([request.suiteClass?.(), readConfig(place)]);
    await write(inSuites, { suiteClass, codeceptionConfig });
  }
  return own;
}

/** The codeception.yml of the image, which `prepare` has restored; `undefined` when it cannot be read. */
export async function readConfig({ engine, containerId, layout }: RunContainer): Promise<string | undefined> {
  const argv = ['head', '-c', String(maxConfigBytes + 1), `${layout.acceptance}/codeception.yml`];
  const { code, stdout } = await capture(engine, containerId, argv);
  return code === 0 && stdout.length <= maxConfigBytes ? stdout : undefined;
}
