import type { Config } from '../../config/config.ts';
import { Fault, isFault } from '../../faults/fault.ts';
import type { CatalogAccess } from '../../mftf/catalog/catalogs.ts';
import { splitFiles } from '../../mftf/impact/changed-files.ts';
import type { ChangedTest, ChangedTests } from '../../mftf/impact/changed-tests.ts';
import { type Reason, withoutStop } from '../../mftf/impact/reasons.ts';
import type { TestChanges } from '../../mftf/impact/test-changes.ts';
import { type CheckedOutModules, mapModules } from '../../mftf/module/check-out.ts';
import type { Environment } from '../../model/environment.ts';
import type { PinnedModule } from '../../model/module-source.ts';
import { emptySelection } from '../../model/selection.ts';
import { type SourcedModule, sourceOfAddress } from '../../modules/environment-sources.ts';
import type { Commit, Modules } from '../../modules/modules.ts';
import type { CommitsToCompare, Impact, SourcesAt, StepChange } from '../../operations/core/context.ts';
import type { Hide, TestAnswer } from './hide-secrets.ts';
import type { Sources } from './sources.ts';

interface ImpactDependencies {
  config: Pick<Config, 'module'>;
  sources: Sources;
  modules(): Promise<Modules>;
  sourcesAt(ref?: string): Promise<SourcesAt>;
  /** The modules that MFTF reads on an environment; see `Catalogs.of`. Errors: MODULE_ENV_FILE_MISSING. */
  readEnabled(
    environment: Environment,
    testModules: CheckedOutModules,
  ): Promise<readonly string[] | undefined>;
  /** See `createHide`. */
  createHide(answer: TestAnswer): Promise<Hide>;
  read(request: {
    image: string;
    testModules: CheckedOutModules;
    enabled: readonly string[] | undefined;
  }): Promise<CatalogAccess>;
}

/** Compares the tests of commits. */
export function createImpact(deps: ImpactDependencies): Impact {
  const { read } = deps;
  return {
    async changedTests({ environment, selection, at, ...request }) {
      const sources = await sourcesSince(
        deps,
        environment,
        at ?? (await deps.sourcesAt(request.ref)),
        request,
      );
      const { image, testModules, enabled, earlier, since } = sources;
      const after = await read({ image, testModules, enabled });
      const files = await changedFiles(deps, sources);
      const changes = await compareAll(() => read(earlier), after, files);
      const [{ id, subject }] = testModules;
      const selected = selection && (await after.ask('resolve', selection)).tests;
      const hide = await deps.createHide({
        ...answerOf(sources),
        texts: changes.changed.flatMap(({ reasons }) => textsOfReasons(reasons)),
      });
      const changed = changes.changed.map((test) => ({
        ...test,
        reasons: hideInReasons(test.reasons, hide),
      }));
      return { commit: { id, subject }, since, ...changes, changed, otherFiles: files.others, selected };
    },

    async testChanges({ environment, test, ...request }) {
      const sources = await sourcesSince(deps, environment, await deps.sourcesAt(request.ref), request);
      const { image, testModules, enabled, earlier, since } = sources;
      const after = await read({ image, testModules, enabled });
      const before = await read(earlier);
      const [{ id, subject }] = testModules;
      const changes = await after.compare(before, 'testChanges', { test });
      const hide = await deps.createHide({ ...answerOf(sources), texts: textsOf(changes) });
      return { commit: { id, subject }, since, ...hideInChanges(changes, hide) };
    },

    async changesBetween({ environment, before, after, test, stepKey }) {
      const { image, modules: sourced } = await deps.sources.of(environment);
      const earlier = await checkOutPinned(deps, sourced, before);
      const later = await checkOutPinned(deps, sourced, after);
      const enabled = await deps.readEnabled(environment, later);
      const catalog = await read({ image, testModules: later, enabled });
      const catalogBefore = await read({ image, testModules: earlier, enabled });
      const changes = await catalog.compare(catalogBefore, 'testChanges', { test, stepKey });
      const hide = await deps.createHide({
        environments: [environment],
        commits: [earlier, later],
        texts: textsOf(changes),
      });
      const stepChange = await stepChangeOf(deps, later, changes.step);
      return { ...hideInChanges(changes, hide), stepChange };
    },
  };
}

/** The texts of reasons that `hideInReasons` hides secrets in. */
const textsOfReasons = (reasons: readonly Reason[]) =>
  reasons.flatMap(({ text, values }) => [text, ...(values ? [values.before, values.after] : [])]);

/** Likewise of `hideInChanges`. */
const textsOf = ({ reasons, parts }: TestChanges) => [
  ...textsOfReasons(reasons),
  ...parts.flatMap(({ hunks }) => hunks.flatMap(({ steps }) => steps.map(({ step }) => step.text))),
];

function hideInReasons(reasons: readonly Reason[], hide: Hide): Reason[] {
  return reasons.map(({ values, ...reason }) => ({
    ...reason,
    text: hide(reason.text),
    ...(values && { values: { before: hide(values.before), after: hide(values.after) } }),
  }));
}

function hideInChanges(changes: TestChanges, hide: Hide): TestChanges {
  const parts = changes.parts.map(({ part, hunks }) => ({
    part,
    hunks: hunks.map(({ skipped, steps }) => ({
      skipped,
      steps: steps.map(({ change, step }) => ({ change, step: { ...step, text: hide(step.text) } })),
    })),
  }));
  return { ...changes, reasons: hideInReasons(changes.reasons, hide), parts };
}

interface SourcesSince {
  image: string;
  testModules: CheckedOutModules;
  enabled: readonly string[] | undefined;
  /** The earlier side. */
  earlier: Pick<SourcesSince, 'image' | 'testModules' | 'enabled'>;
  since: Commit;
  /** Those of both sides. */
  environments: readonly (Environment | undefined)[];
}

const answerOf = ({ environments, testModules, earlier }: SourcesSince) => ({
  environments,
  commits: [testModules, earlier.testModules],
});

/** Errors: REF_UNKNOWN, REF_UNRELATED, and those of the repository. */
async function sourcesSince(
  deps: ImpactDependencies,
  environment: Environment | undefined,
  at: SourcesAt,
  request: Pick<CommitsToCompare, 'since' | 'mergeBase' | 'sinceEnvironment'>,
): Promise<SourcesSince> {
  const { since: ref, mergeBase, sinceEnvironment = environment } = request;
  const { image, testModules } = await at.of(environment);
  const before = await at.of(sinceEnvironment);
  const { modules: sourced } = await deps.sources.of(sinceEnvironment);
  const modules = await deps.modules();
  const [{ source, name }] = sourced;
  const [{ id }] = testModules;
  const repository = modules.of(source);
  const newest = await repository.resolve(ref).catch((error: unknown) => {
    if (!isFault(error, 'REF_UNKNOWN') || sourced.length === 1) throw error;
    const message = `${error.message} Refs are those of the first test module, ${name}.`;
    throw new Fault('REF_UNKNOWN', message, { cause: error });
  });
  const since = mergeBase ? await modules.mergeBase({ from: newest.id, to: id }) : newest;
  if (since === undefined) {
    throw new Fault(
      'REF_UNRELATED',
      `The commits ${newest.id} (${ref}) and ${id} of ${name} have no commit in common that both come from.`,
    );
  }
  const [first, ...others] = before.testModules;
  const path = await repository.checkout(since.id);
  const enabled = environment && (await deps.readEnabled(environment, testModules));
  const enabledBefore =
    sinceEnvironment === environment || sinceEnvironment === undefined
      ? enabled
      : await deps.readEnabled(sinceEnvironment, before.testModules);
  const earlier: SourcesSince['earlier'] = {
    image: before.image,
    testModules: [{ ...first, ...since, path }, ...others],
    enabled: enabledBefore,
  };
  return { image, testModules, enabled, earlier, since, environments: [environment, sinceEnvironment] };
}

async function changedFiles(deps: ImpactDependencies, { testModules, since }: SourcesSince) {
  const [{ id, target }] = testModules;
  const modules = await deps.modules();
  return splitFiles(await modules.changedFiles({ from: since.id, to: id }), target);
}

/** All tests changed when the earlier catalog cannot be read. */
async function compareAll(
  readBefore: () => Promise<CatalogAccess>,
  after: CatalogAccess,
  { attachments }: { attachments: string[] },
): Promise<ChangedTests> {
  let before: CatalogAccess;
  try {
    before = await readBefore();
  } catch (error) {
    if (!isFault(error, 'MODULE_INVALID')) throw error;
    const { tests } = await after.ask('resolve', { ...emptySelection, all: true });
    const text = `the earlier commit cannot be read: ${withoutStop(error.message)}`;
    const byTest = new Map<string, ChangedTest>();
    for (const { name, suite = null } of tests) {
      const reasons = [{ kind: 'unreadable' as const, text, origin: undefined }];
      const { suites = [] } = byTest.get(name) ?? {};
      byTest.set(name, { test: name, suites: [...suites, suite], reasons, more: 0 });
    }
    return { changed: [...byTest.values()], lost: [], compared: 0 };
  }
  return after.compare(before, 'changedTests', { attachments });
}

/** The modules of a run, checked out. Errors: those of `ModuleRepository`. */
function checkOutPinned(
  deps: ImpactDependencies,
  sourced: readonly [SourcedModule, ...SourcedModule[]],
  pinned: readonly [PinnedModule, ...PinnedModule[]],
): Promise<CheckedOutModules> {
  return mapModules(pinned, async ({ name, target, repository, id, subject }) => {
    const [first] = sourced;
    const source =
      repository === undefined
        ? (sourced.find((module) => module.name === name) ?? first).source
        : sourceOfAddress(deps.config, sourced, repository);
    const modules = await deps.modules();
    return { name, target, id, subject, path: await modules.of(source).checkout(id) };
  });
}

/** Places of a step that git is asked about for each test module: each takes up to 50 ms in a history of 9,000 commits. */
const maxPlaces = 30;

/** The commit that changed a step or what it resolves to last; `undefined` when all of it is in the image. */
async function stepChangeOf(
  deps: ImpactDependencies,
  testModules: CheckedOutModules,
  step: TestChanges['step'],
): Promise<StepChange | undefined> {
  const modules = await deps.modules();
  // At the same time, so that the timeout of one question is that of all.
  const changes = await Promise.all(
    testModules.map(async ({ id, target }): Promise<StepChange | undefined> => {
      const places = (step?.places ?? [])
        .filter(({ origin }) => origin.file.startsWith(`${target}/`))
        .slice(0, maxPlaces);
      if (places.length === 0) return undefined;
      const change = await modules.elementChange({
        commit: id,
        places: places.map(({ origin: { file, line } }) => ({ path: file.slice(target.length + 1), line })),
      });
      const place = change && places[change.index];
      return place && { ...change, place };
    }),
  );
  let newest: StepChange | undefined;
  for (const change of changes) {
    if (change && (newest === undefined || change.committedAt > newest.committedAt)) newest = change;
  }
  return newest;
}
