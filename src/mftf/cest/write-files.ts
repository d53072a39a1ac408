import { posix } from 'node:path';
import { groupBy } from '../../model/group-by.ts';
import { maxGeneratedBytes } from '../../model/limits.ts';
import type { PlannedTest } from '../../model/selection.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { catalogPath } from '../catalog/tree/paths.ts';
import { generatedFile, type Layout } from '../container/layout.ts';
import type { ResolvedSuite, Resolver } from '../resolver/model.ts';
import { cacheByName } from '../resolver/name-cache.ts';
import { describeRefusal, resolution as resolutionOf } from '../resolver/refusal.ts';
import { writeCodeceptionConfig } from './codeception-config.ts';
import { differingKind } from './differing-kinds.ts';
import { helperSignatures } from './php-method-parameters.ts';
import { CestRefusal } from './refusal.ts';
import type { CestSettings } from './settings.ts';
import { type CestContext, writeCest } from './write-cest.ts';
import { suiteFrame, writeSuite } from './write-suite.ts';

/** The tests to write, and what their files depend on besides the catalog. */
export interface CestRequest {
  /** In the order in which MFTF would generate them. The tests of a suite must be together in one request. */
  tests: readonly PlannedTest[];
  settings: CestSettings;
  /** The classes of helpers that the tests of earlier requests use, which MFTF 3 creates in the following ones, too. */
  helperClasses: readonly string[];
  layout: Pick<Layout, 'root' | 'generated' | 'suiteClasses' | 'acceptance'>;
  /** What the image has of this kind; both are needed for suites with before or after steps. */
  image: {
    /** The class of any suite, as the MFTF of the image wrote it. */
    suiteClass: string | undefined;
    codeceptionConfig: string | undefined;
  };
}

/** Files of a generation, and the tests that MFTF has to generate. */
export interface CestFiles {
  /** With paths relative to the Magento root. */
  files: { path: string; content: string }[];
  refused: RefusedTest[];
  /** For the next request. */
  helperClasses: string[];
}

export interface RefusedTest extends PlannedTest {
  reason: string;
}

/**
 * Writes the Cests and suite classes of tests. A suite is written as a whole, and all suites or none: MFTF replaces the entries of all
 * suites in codeception.yml when it generates one.
 */
export function writeCestFiles(
  catalog: Catalog,
  resolver: Resolver,
  read: (path: string) => Uint8Array,
  request: CestRequest,
): CestFiles {
  const { settings, layout, tests } = request;
  const context: CestContext = {
    definitions: resolver.definitions,
    settings,
    helpers: helperSignatures(
      catalog.files
        .filter(({ path }) => catalogPath(path)?.kind === 'helper')
        .map(({ path }) => ({ path, read: () => Buffer.from(read(path)).toString('utf8') })),
    ),
  };
  const below = (folder: string, path: string) => `${posix.relative(layout.root, folder)}/${path}`;
  const roots = new Map(catalog.files.map(({ path, root }) => [path, root]));
  const helperClasses = new Set(request.helperClasses);
  const size = createSizeLimit();

  /** MFTF does not generate the children of a test that it refused before, which depends on their order (measured with 3.8). */
  const refusalOfParent = cacheByName((name) => {
    const resolution = resolver.test(name);
    if ('refusal' in resolution) return resolution.refusal.message;
    try {
      writeCest(resolution.resolved, 'default', new Set(), context);
      return undefined;
    } catch (error) {
      if (error instanceof CestRefusal) return error.message;
      throw error;
    }
  });

  function writeTest(test: PlannedTest, classes: Set<string>): { path: string; content: string } {
    const resolution = resolver.test(test.name);
    if ('refusal' in resolution) throw new CestRefusal(describeRefusal(resolution.refusal));
    const kind = differingKind(resolution.resolved, (path) => roots.get(path), resolver.definitions);
    if (kind !== undefined) throw new CestRefusal(kind);
    const { extends: parent } = resolution.resolved;
    const parentRefusal = parent === undefined ? undefined : refusalOfParent(parent);
    if (parentRefusal !== undefined) throw new CestRefusal(`its parent ${parent}: ${parentRefusal}`);
    const content = writeCest(resolution.resolved, test.suite ?? 'default', classes, context);
    size.add(content);
    return { path: below(layout.generated, generatedFile(test)), content };
  }

  function writeSuiteFiles(name: string, members: readonly PlannedTest[]) {
    const resolution = resolver.suite(name);
    if ('refusal' in resolution) throw new CestRefusal(describeRefusal(resolution.refusal));
    const classes = new Set<string>();
    const files = members.map((test) => writeTest(test, classes));
    const hasClass = hasHooks(resolution.resolved);
    if (hasClass) {
      const frame = request.image.suiteClass && suiteFrame(request.image.suiteClass);
      if (!frame) throw new CestRefusal('no suite class of the MFTF of this image is stored yet');
      const content = writeSuite(resolution.resolved, members.length, frame, context);
      files.push({ path: below(layout.suiteClasses, `${name}.php`), content });
    }
    return { files, suite: { name, hasClass } };
  }

  const alone = tests.filter(({ suite }) => suite === undefined);
  const single = alone.map((test) => attempt([test], () => [writeTest(test, helperClasses)]));
  const bySuite = groupBy(
    tests.filter(({ suite }) => suite !== undefined),
    ({ suite }) => suite,
  );
  const all = attempt(
    tests.filter(({ suite }) => suite !== undefined),
    () => {
      const written = [...bySuite].map(([name = '', members]) => writeSuiteFiles(name, members));
      if (written.length === 0) return [];
      const content = writeCodeceptionConfig(
        request.image.codeceptionConfig,
        written.map(({ suite }) => suite),
      );
      const config = { path: below(layout.acceptance, 'codeception.yml'), content };
      return [...written.flatMap(({ files }) => files), config];
    },
  );
  const results = [...single, all];
  return {
    files: results.flatMap(({ files }) => files),
    refused: results.flatMap(({ refused }) => refused),
    helperClasses: [...helperClasses],
  };
}

type Files = CestFiles['files'];

/** The files of some tests; none when one cannot be written, whatever the reason: then MFTF decides. */
function attempt(tests: readonly PlannedTest[], write: () => Files): Pick<CestFiles, 'files' | 'refused'> {
  const refuse = (reason: string) => ({ files: [], refused: tests.map((test) => ({ ...test, reason })) });
  try {
    const written = resolutionOf(write);
    return 'resolved' in written
      ? { files: written.resolved, refused: [] }
      : refuse(describeRefusal(written.refusal));
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

/** Whether MFTF writes a class for a suite. */
function hasHooks({ before, after }: ResolvedSuite): boolean {
  if (before?.length === 0 && after?.length === 0) throw new CestRefusal('its before and after are empty');
  return before !== undefined || after !== undefined;
}

function createSizeLimit() {
  let bytes = 0;
  return {
    add(content: string) {
      bytes += content.length;
      if (bytes > maxGeneratedBytes) throw new CestRefusal('the generated tests are too large');
    },
  };
}
