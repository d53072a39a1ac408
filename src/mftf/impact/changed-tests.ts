import type { Catalog } from '../catalog/catalog.ts';
import type { CatalogTest } from '../catalog/catalog-test.ts';
import { placements } from '../catalog/placed-test.ts';
import { attachedFiles } from '../closure/attached-files.ts';
import { createResolver } from '../resolver/resolver.ts';
import { type Candidates, candidatesOf } from './candidates.ts';
import { createDigester, type Digest, type Digester } from './digests.ts';
import { type FileDiffers, type Reason, reason, reasonsBetween } from './reasons.ts';

/** A catalog and the content of its files, by their paths. */
export interface Side {
  catalog: Catalog;
  read(path: string): Uint8Array;
}

/** A test that differs between two commits. */
export interface ChangedTest {
  test: string;
  /** The suites that it is executed in because of that; `null` stands for alone. */
  suites: (string | null)[];
  reasons: Reason[];
  /** Number of reasons that are left out. */
  more: number;
}

/** A test that only the earlier commit has, or that MFTF does not generate any more. */
export interface LostTest {
  test: string;
  reason: string;
}

export interface ChangedTests {
  changed: ChangedTest[];
  lost: LostTest[];
  /** Number of tests that were resolved on both sides. */
  compared: number;
}

/** Reasons of one test; the steps of a test have the others. */
const maxReasons = 5;
/** Of a test that was asked about alone. */
const maxReasonsOfOne = 100;
/** With more changed tests, one reason for each has to do, so that the answer stays small. */
const maxExplained = 2_000;

/**
 * The tests whose generated file, suite or data differs between two catalogs. `attachments` are names of files in `_data` that differ:
 * the tests that attach them changed, too. One side is resolved after the other, so that one resolver is in memory.
 */
export function changedTests(
  before: Side,
  after: Side,
  { attachments = [] }: { attachments?: readonly string[] } = {},
): ChangedTests {
  const candidates = candidatesOf(before.catalog, after.catalog);
  const explain = createExplainer(before, after, candidates, attachmentReasons(after.catalog, attachments));
  const changed: ChangedTest[] = [];
  const lost: LostTest[] = [];
  for (const [name, test] of after.catalog.tests) {
    if (test.unusable === undefined) {
      const one = explain(test);
      if (one !== undefined) changed.push(one);
    } else if (before.catalog.tests.get(name)?.unusable === undefined) {
      lost.push({ test: name, reason: `it is not generated: ${test.unusable}` });
    }
  }
  for (const name of before.catalog.tests.keys()) {
    if (!after.catalog.tests.has(name)) lost.push({ test: name, reason: 'it was removed' });
  }
  const max = changed.length > maxExplained ? 1 : maxReasons;
  return { changed: changed.map((one) => limitReasons(one, max)), lost, compared: candidates.tests.size };
}

/** Why one test is among them, with many reasons; `undefined` when it is not, or when the later catalog does not have it. */
export function changesOfTest(before: Side, after: Side, name: string): ChangedTest | undefined {
  const test = after.catalog.tests.get(name);
  if (test === undefined) return undefined;
  const names = { tests: new Set([name]), suites: new Set(test.suites) };
  const one = createExplainer(before, after, names, new Map())(test);
  return one && limitReasons(one, maxReasonsOfOne);
}

/** Returns a function that explains how a test differs; those that are not among `names` are the same. */
function createExplainer(
  before: Side,
  after: Side,
  names: Candidates,
  attached: ReadonlyMap<string, Reason[]>,
): (test: CatalogTest) => ChangedTest | undefined {
  const earlier = digestsOf(before, names);
  const later = digestsOf(after, names);
  const differs = differingFiles(before.catalog, after.catalog);
  const suiteReasons = new Map<string, Reason[]>();
  for (const [name, digest] of later.suites) {
    const reasons = reasonsBetween(earlier.suites.get(name) ?? nothing, digest, differs);
    if (reasons.length > 0) {
      suiteReasons.set(
        name,
        reasons.map((each) => ofSuite(name, each)),
      );
    }
  }
  return (test) => {
    const digest = later.tests.get(test.name);
    const own = digest === undefined ? [] : ownReasons(earlier.tests.get(test.name), digest, differs);
    const all = [...own, ...(attached.get(test.name) ?? [])];
    return changeOf(test, before.catalog.tests.get(test.name), all, suiteReasons);
  };
}

/** By test: the files that it attaches and that differ. */
function attachmentReasons(catalog: Catalog, files: readonly string[]): Map<string, Reason[]> {
  const reasons = new Map<string, Reason[]>();
  if (files.length === 0) return reasons;
  const tests = [...catalog.tests.values()].flatMap(placements);
  const users = attachedFiles(
    catalog,
    tests.map(({ test, suite }) => ({ name: test.name, suite })),
  );
  for (const file of files) {
    for (const name of new Set(users.get(file))) {
      const one = reason('attachment', `the file ${file}, which it attaches, changed`, undefined);
      reasons.set(name, [...(reasons.get(name) ?? []), one]);
    }
  }
  return reasons;
}

interface Digests {
  tests: Map<string, Digest>;
  suites: Map<string, Digest>;
}

function digestsOf({ catalog, read }: Side, names: Candidates): Digests {
  const digester = createDigester(catalog, createResolver(catalog, read), read);
  const digest = (of: Set<string>, all: ReadonlyMap<string, unknown>, make: Digester['test']) =>
    new Map([...of].filter((name) => all.has(name)).map((name) => [name, make(name)]));
  return {
    tests: digest(names.tests, catalog.tests, digester.test),
    suites: digest(names.suites, catalog.suites, digester.suite),
  };
}

const nothing: Digest = {
  refusal: undefined,
  origin: undefined,
  traits: {},
  steps: [],
  ingredients: new Map(),
};

function differingFiles(before: Catalog, after: Catalog): FileDiffers {
  const digests = ({ files }: Catalog) => new Map(files.map(({ path, digest }) => [path, digest]));
  const earlier = digests(before);
  const later = digests(after);
  return (file) => earlier.get(file) !== later.get(file);
}

function ownReasons(earlier: Digest | undefined, later: Digest, differs: FileDiffers): Reason[] {
  if (earlier === undefined) return [reason('new', 'new', later.origin)];
  return reasonsBetween(earlier, later, differs);
}

function ofSuite(name: string, { text, origin }: Reason): Reason {
  return reason('suite', `suite ${name}: ${text}`, origin);
}

function changeOf(
  test: CatalogTest,
  old: CatalogTest | undefined,
  own: readonly Reason[],
  suiteReasons: ReadonlyMap<string, readonly Reason[]>,
): ChangedTest | undefined {
  const places = test.suites.length === 0 ? [null] : test.suites;
  const oldPlaces: (string | null)[] = old === undefined ? [] : old.suites.length === 0 ? [null] : old.suites;
  const suites: (string | null)[] = [];
  const reasons = [...own];
  for (const place of places) {
    const ofPlace = place === null ? [] : (suiteReasons.get(place) ?? []);
    const isNew = old !== undefined && !oldPlaces.includes(place);
    if (own.length === 0 && ofPlace.length === 0 && !isNew) continue;
    suites.push(place);
    reasons.push(...ofPlace);
    if (isNew) {
      const text = place === null ? 'it is in no suite any more' : `it is in the suite ${place} now`;
      reasons.push(reason('suite', text, { file: test.files[0] ?? '', line: test.line }));
    }
  }
  return suites.length === 0 ? undefined : { test: test.name, suites, reasons, more: 0 };
}

function limitReasons(one: ChangedTest, max: number): ChangedTest {
  return { ...one, reasons: one.reasons.slice(0, max), more: Math.max(0, one.reasons.length - max) };
}
