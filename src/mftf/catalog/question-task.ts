import { readFile, utimes } from 'node:fs/promises';
import { createMemo } from '../../async/single-flight.ts';
import { Fault } from '../../faults/fault.ts';
import { ifPresent } from '../../files/missing-file.ts';
import type { CestDifference } from '../../model/cest-check.ts';
import type { FailedStepPlace, ResultPlace } from '../../model/result-place.ts';
import type { PlannedTest, Selection } from '../../model/selection.ts';
import { defineTask } from '../../threads/task.ts';
import { compareFiles } from '../cest/compare-files.ts';
import { sampleTests } from '../cest/sample-tests.ts';
import { type CestFiles, type CestRequest, writeCestFiles } from '../cest/write-files.ts';
import { attachedFiles, describeMissingFixtures } from '../closure/attached-files.ts';
import { type Closure, closureOf } from '../closure/closure.ts';
import { type RunDataClosure, runDataClosureOf } from '../closure/run-data-closure.ts';
import { describeMissing, variablesOf } from '../closure/variables.ts';
import { filesOf, packFilesAsGenerated } from '../generation/snapshot-archive.ts';
import type { EnvironmentTests } from '../lint/tests-above.ts';
import { locateBefore, locateStep, type ReportedCalls, type ReportedStep } from '../resolver/locate-step.ts';
import { lastOrigin } from '../resolver/merge.ts';
import type { ResolvedStep, Resolver } from '../resolver/model.ts';
import { createResolver } from '../resolver/resolver.ts';
import { stepsOfTest, type TestSteps } from '../steps/test-steps.ts';
import { assertReadable, buildCatalog, type Catalog } from './catalog.ts';
import { completeNames, listTests } from './catalog-lists.ts';
import type { CatalogTest } from './catalog-test.ts';
import type { Declarations, OpenRegistration } from './declarations/declaration.ts';
import { behindDeclarations, declarationsFromBytes } from './declarations/declarations.ts';
import type { Fixtures } from './fixtures.ts';
import { describeUnknownTest } from './known-names.ts';
import type { Registration } from './registration/registration.ts';
import { filesForSchemas } from './schema-files.ts';
import { resolveSelection } from './selection.ts';
import { openSourcePack, type PackedFiles } from './tree/source-pack.ts';

/** Where the declarations of a catalog are stored, and what else it depends on. */
export interface CatalogAddress {
  /** The files with the declarations of the Magento tree and of the test modules; their names change with their content. */
  paths: string[];
  /** What PHP says about the registrations of each. */
  registrations: Registration[][];
  /** The enabled modules of a shop; without them all. */
  enabled: readonly string[] | undefined;
}

/** The file and the line where a test is declared first. */
export interface TestSource {
  test: string;
  /** Below the root of Magento, where the test module is mounted. */
  path: string;
  line: number;
}

/** Returns the content of an XML file of the catalog. Throws NOT_FOUND for any other. */
type ReadFile = (path: string) => Uint8Array;
type OpenFiles = () => Promise<ReadFile>;

/** `archive`: see `packGenerated`. */
export interface WrittenCests extends Omit<CestFiles, 'files'> {
  archive: Uint8Array;
}

/** What can be asked about a catalog. Each answer is small beside the catalog, which stays in the worker thread. */
export const answers = {
  /** Errors: MODULE_INVALID. */
  check: (catalog: Catalog): void => assertReadable(catalog),

  resolve: (catalog: Catalog, selection: Selection) => resolveSelection(catalog, selection),

  closure(
    catalog: Catalog,
    request: { tests: PlannedTest[]; settings: Record<string, string>; pruningObstacles: string[] },
  ): Closure {
    const { tests, ...options } = request;
    return closureOf(catalog, tests, options);
  },

  /** See `runDataClosureOf`. */
  runData: (catalog: Catalog, { tests }: { tests: readonly PlannedTest[] }): RunDataClosure =>
    runDataClosureOf(catalog, tests),

  /** The fixture files of modules for the containers, see `Fixtures`. */
  fixtures: ({ fixtures }: Catalog): Pick<Fixtures, 'folders' | 'hidden'> => ({
    folders: fixtures.folders,
    hidden: fixtures.hidden,
  }),

  /** A sentence about the files that tests attach and that no module has; `undefined` when there is none. */
  missingFixtures(
    catalog: Catalog,
    { tests }: { tests: readonly { name: string; suite: string | undefined }[] },
  ): string | undefined {
    return describeMissingFixtures(attachedFiles(catalog, tests), catalog.fixtures.names);
  },

  /** See `describeMissing`. */
  missingVariables(
    catalog: Catalog,
    request: { tests: PlannedTest[]; names: string[]; credentials: string[] },
  ): string | undefined {
    return describeMissing(variablesOf(catalog, request.tests), request);
  },

  /** The tests that MFTF generates, and those of suites. */
  testsOfSuites({ tests, suites }: Catalog, _: undefined): EnvironmentTests {
    return {
      names: [...tests.values()].filter(({ unusable }) => unusable === undefined).map(({ name }) => name),
      suites: Array.from(suites.values(), ({ name, tests }) => ({ name, tests })),
    };
  },

  list: listTests,

  complete: completeNames,

  /** Those of the tests that are in one of the groups. */
  inGroups(catalog: Catalog, { tests, groups }: { tests: string[]; groups: readonly string[] }): string[] {
    const isInGroup = (test: CatalogTest | undefined) => test?.groups.some((group) => groups.includes(group));
    return tests.filter((name) => isInGroup(catalog.tests.get(name)));
  },

  /** Where the tests are declared, without those that the catalog does not have. */
  sources(catalog: Catalog, { tests }: { tests: readonly string[] }): TestSource[] {
    return tests.flatMap((test) => {
      const { files: [path] = [], line } = catalog.tests.get(test) ?? {};
      return path === undefined || line === undefined ? [] : [{ test, path, line }];
    });
  },

  /** The steps of a test as MFTF runs them. Errors: NOT_FOUND, MODULE_INVALID. */
  async steps(catalog: Catalog, { test }: { test: string }, files: OpenFiles): Promise<TestSteps> {
    const problem = describeUnknownTest(catalog, test);
    if (problem !== undefined) throw new Fault('NOT_FOUND', problem);
    return stepsOfTest(await resolverOf(catalog, files), test);
  },

  /**
   * Where the failure of a test comes from; `executed` are its steps up to the one that failed, `beforeSuite` says that it was one before
   * its suite. `undefined` for an unknown test.
   */
  async placeOfFailure(
    catalog: Catalog,
    { test, executed, beforeSuite }: FailureToPlace,
    files: OpenFiles,
  ): Promise<ResultPlace | undefined> {
    const { files: [file] = [], line } = catalog.tests.get(test) ?? {};
    if (file === undefined || line === undefined) return undefined;
    if (beforeSuite !== undefined) {
      const place = placeBeforeSuite(await resolverOf(catalog, files), beforeSuite);
      return { test: { file, line }, ...place };
    }
    const resolution = executed && (await resolverOf(catalog, files)).test(test);
    const step =
      executed && resolution && 'resolved' in resolution
        ? locateStep(resolution.resolved, executed)
        : undefined;
    return { test: { file, line }, step: step && placeOfStep(step) };
  },

  /** The Cests of tests and the classes of their suites, packed as `packGenerated` does. */
  async cests(catalog: Catalog, request: CestRequest, files: OpenFiles): Promise<WrittenCests> {
    const resolver = await resolverOf(catalog, files);
    const { files: written, ...rest } = writeCestFiles(catalog, resolver, await files(), request);
    return { archive: await packFilesAsGenerated(written), ...rest };
  },

  /** See `sampleTests`. */
  sampleTests,

  /**
   * Compares the Cests of tests with those of MFTF in an archive of `packGenerated`. Returns how many tests were compared, which are all
   * that matre writes, and the first difference.
   */
  async compareCests(
    catalog: Catalog,
    { generated, ...request }: CestRequest & { generated: Uint8Array },
    files: OpenFiles,
  ): Promise<{ tests: number; difference: CestDifference | undefined }> {
    const resolver = await resolverOf(catalog, files);
    const own = writeCestFiles(catalog, resolver, await files(), request);
    const others = await filesOf(Buffer.from(generated));
    const difference = compareFiles(
      new Map(own.files.map(({ path, content }) => [path, content])),
      new Map(others.map(({ path, content }) => [path, content.toString()])),
    );
    return { tests: request.tests.length - own.refused.length, difference };
  },

  /** The files that MFTF's schemas are checked for, of all modules. */
  schemaFiles: (catalog: Catalog, { targets }: { targets: readonly string[] }) =>
    filesForSchemas(catalog.whole ?? catalog, targets),

  /** The violations of schemas without those in files of modules that are not enabled, which MFTF does not read. */
  faultsOfModules(catalog: Catalog, { faults }: { faults: string[] }): string[] {
    const paths = new Set(catalog.whole?.files.map(({ path }) => path));
    for (const { path } of catalog.files) paths.delete(path);
    return faults.filter((fault) => !paths.has(fault.slice(0, fault.indexOf(':'))));
  },
};

interface FailureToPlace {
  test: string;
  executed?: readonly ReportedStep[] | undefined;
  beforeSuite?: { suite: string; progress: ReportedCalls | undefined } | undefined;
}

/** The suite, and the step when only one can have failed; of several in one call of an action group, that call. */
function placeBeforeSuite(
  resolver: Resolver,
  { suite, progress }: NonNullable<FailureToPlace['beforeSuite']>,
): Pick<ResultPlace, 'suite' | 'step'> {
  const resolution = resolver.suite(suite);
  if ('refusal' in resolution) return {};
  const { origin, before = [] } = resolution.resolved;
  const place = { suite: { ...origin, name: suite } };
  const [step, ...others] = progress === undefined ? [] : locateBefore(before, progress);
  if (step === undefined) return place;
  if (others.length === 0) return { ...place, step: placeOfStep(step) };
  const { call } = step;
  return call === undefined ? place : { ...place, step: { ...lastOrigin(call), stepKey: call.stepKey } };
}

/** Of a step that several files of a merge have, the last one decides what it does. */
function placeOfStep({ stepKey, call, ...step }: ResolvedStep): FailedStepPlace {
  return {
    ...lastOrigin(step),
    stepKey,
    call: call && { ...lastOrigin(call), actionGroup: call.actionGroup, stepKey: call.stepKey },
  };
}

type Answers = typeof answers;
export type QuestionKind = keyof Answers;
/** What a question needs besides the catalog. */
export type QuestionInput<Kind extends QuestionKind> = Parameters<Answers[Kind]>[1];
export type Answer<Kind extends QuestionKind> = Awaited<ReturnType<Answers[Kind]>>;

/** A catalog with the content of its XML files, by their paths. Errors: as of `askCatalog`. */
export async function openSide(address: CatalogAddress): Promise<{ catalog: Catalog; read: ReadFile }> {
  return { catalog: await openCatalog(address), read: await openFiles(address) };
}

/**
 * Answers a question about a catalog. Errors: NOT_FOUND when declarations are not stored, INPUT_INVALID when they are damaged or of
 * another version, and those of the question.
 */
export const askCatalog = defineTask(
  import.meta.url,
  'askCatalog',
  async (request: { address: CatalogAddress; kind: QuestionKind; input: unknown }): Promise<unknown> => {
    const { address, kind, input } = request;
    const answer = answers[kind] as (catalog: Catalog, input: unknown, files: OpenFiles) => unknown;
    return answer(await openCatalog(address), input, () => openFiles(address));
  },
);

/** The registrations of stored declarations that only PHP can tell. Errors: NOT_FOUND, INPUT_INVALID as of `askCatalog`. */
export const openRegistrationsOf = defineTask(
  import.meta.url,
  'openRegistrationsOf',
  async ({ path }: { path: string }): Promise<OpenRegistration[]> =>
    (await loadDeclarations(path)).declarations.openRegistrations,
);

// The caches of a thread: an app has one thread for catalogs, see `Catalogs`.

/** Stored bytes of the declarations that are kept in memory; those of Magento 2.4.4 have 9 MB. */
const maxCachedBytes = 128 * 1024 * 1024;
/** Merging the declarations of Magento 2.4.4 takes 0.2 s. One for each list of enabled modules. */
const maxCatalogs = 8;

interface Stored {
  bytes: number;
  declarations: Declarations;
  /** Their XML files, see `openSourcePack`. */
  pack: Buffer;
}

const loaded = new Map<string, Stored>();
const createCatalogMemo = () => createMemo<string, Catalog>({ maxKeys: maxCatalogs });
let catalogs = createCatalogMemo();

async function loadDeclarations(path: string): Promise<Stored> {
  const cached = loaded.get(path);
  if (cached) {
    // Put last, so that the first one is the one used least recently.
    loaded.delete(path);
    loaded.set(path, cached);
    return cached;
  }
  const stored = await ifPresent(readFile(path));
  if (stored === undefined) throw new Fault('NOT_FOUND', `${path} does not exist.`);
  const declarations = declarationsFromBytes(stored);
  // The least recently used are removed first.
  const now = new Date();
  await ifPresent(utimes(path, now, now));
  const read = { bytes: stored.length, declarations, pack: Buffer.from(behindDeclarations(stored)) };
  loaded.set(path, read);
  let total = [...loaded.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  for (const [oldest, { bytes }] of loaded) {
    if (total <= maxCachedBytes || loaded.size <= 2) break;
    loaded.delete(oldest);
    // They hold the declarations that they were built from.
    catalogs = createCatalogMemo();
    total -= bytes;
  }
  return read;
}

/** The XML files of a catalog. A test module covers the tree that it is mounted in, so that the last pack with a file counts. */
async function openFiles({ paths }: CatalogAddress): Promise<ReadFile> {
  const packs: Buffer[] = [];
  for (const path of paths) packs.push((await loadDeclarations(path)).pack);
  let opened: PackedFiles[] | undefined;
  return (path) => {
    opened ??= packs.map(openSourcePack).reverse();
    for (const files of opened) {
      const content = files(path);
      if (content) return content;
    }
    throw new Fault('NOT_FOUND', `The file ${path} is not among those of the catalog.`);
  };
}

/** The resolver of the catalog that was asked about last; the files that it read take 250 MB for all of Magento 2.4.4. */
let lastResolver: { catalog: Catalog; resolver: Resolver } | undefined;

async function resolverOf(catalog: Catalog, files: OpenFiles): Promise<Resolver> {
  if (lastResolver?.catalog === catalog) return lastResolver.resolver;
  const resolver = createResolver(catalog, await files());
  lastResolver = { catalog, resolver };
  return resolver;
}

function openCatalog(address: CatalogAddress): Promise<Catalog> {
  const { paths, registrations, enabled } = address;
  return catalogs(JSON.stringify(address), async () => {
    const catalog = buildCatalog(await completeParts(paths, registrations), enabled);
    return enabled === undefined
      ? catalog
      : { ...catalog, whole: await openCatalog({ ...address, enabled: undefined }) };
  });
}

/** The stored declarations with what PHP says about their registrations. */
async function completeParts(
  paths: CatalogAddress['paths'],
  registrations: CatalogAddress['registrations'],
): Promise<Declarations[]> {
  const parts: Declarations[] = [];
  for (const [index, path] of paths.entries()) {
    const { declarations } = await loadDeclarations(path);
    const added = registrations[index] ?? [];
    parts.push({ ...declarations, registrations: [...declarations.registrations, ...added] });
  }
  return parts;
}
