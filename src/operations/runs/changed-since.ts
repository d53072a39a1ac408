import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import type { ChangedTest } from '../../mftf/impact/changed-tests.ts';
import type { Environment } from '../../model/environment.ts';
import { coversPlaywright, emptySelection, type PlannedTest, type Selection } from '../../model/selection.ts';
import { shortCommit } from '../../model/short-commit.ts';
import type { Context, SourcesAt } from '../core/context.ts';
import { gitRef } from '../core/fields.ts';

/** Fields of requests for the tests of a selection that changed. */
export const changedSinceFields = {
  changedSince: gitRef
    .optional()
    .describe(
      'Only tests of the selection that differ from this branch, tag or commit of the first test module: in steps, data, suites or annotations',
    ),
  mergeBase: z
    .boolean()
    .optional()
    .describe(
      'With changedSince: compares with the newest commit that both come from, as a pull request does',
    ),
};

/** A request for the tests that changed. */
export interface ChangedSince {
  changedSince: string;
  mergeBase?: boolean | undefined;
}

/** The tests of a selection that changed, on an environment. */
export interface NarrowedSelection {
  tests: PlannedTest[];
  /** Number of tests of the selection. */
  of: number;
  changes: Awaited<ReturnType<Context['impact']['changedTests']>>;
}

/** Errors: as of `Impact.changedTests`. */
export async function narrowToChanged(
  { impact }: Pick<Context, 'impact'>,
  selection: Selection,
  request: ChangedSince & { environment: Environment | undefined; ref: string | undefined; at: SourcesAt },
): Promise<NarrowedSelection> {
  if (coversPlaywright(selection)) {
    const message = 'changedSince: compares tests of MFTF; leave those of Playwright out.';
    throw new Fault('INPUT_INVALID', message);
  }
  const { changedSince: since, ...others } = request;
  const changes = await impact.changedTests({ ...others, since, selection });
  const selected = changes.selected ?? [];
  return { tests: keepChanged(selected, changes.changed), of: selected.length, changes };
}

/** The tests that are executed in a place where they changed. */
function keepChanged(selected: readonly PlannedTest[], changed: readonly ChangedTest[]): PlannedTest[] {
  const places = new Map(changed.map(({ test, suites }) => [test, new Set(suites)]));
  return selected.filter(({ name, suite }) => places.get(name)?.has(suite ?? null));
}

/** What a run on an environment covers. */
interface RunOfChanged {
  environmentId: number;
  selection: Selection;
  /** The id of the commit that was compared. */
  ref: string;
  event: { code: string; message: string };
}

/**
 * The runs of a request for the tests that changed, one for each environment where some did: with these tests by name, at the commit that
 * was compared. `unchanged`: the codes of the others. Errors: as of `narrowToChanged`.
 */
export async function runsOfChanged(
  context: Context,
  environmentIds: readonly number[],
  request: ChangedSince & { selection: Selection; ref: string | undefined },
): Promise<{ runs: RunOfChanged[]; unchanged: string[] }> {
  const { selection, ref, changedSince, mergeBase } = request;
  const at = await context.sourcesAt(ref);
  const all = await context.environments.list();
  const runs: RunOfChanged[] = [];
  const unchanged: string[] = [];
  for (const environmentId of environmentIds) {
    const environment = all.find(({ id }) => id === environmentId);
    if (environment === undefined) continue;
    const narrowed = await narrowToChanged(context, selection, {
      environment,
      ref,
      changedSince,
      mergeBase,
      at,
    });
    const { tests, changes } = narrowed;
    if (tests.length === 0) unchanged.push(environment.code);
    else {
      const names = tests.map(({ name, suite }) => (suite === undefined ? name : `${suite}:${name}`));
      runs.push({
        environmentId,
        selection: { ...emptySelection, tests: names },
        ref: changes.commit.id,
        event: { code: 'CHANGED_TESTS', message: describeNarrowed(narrowed, request) },
      });
    }
  }
  return { runs, unchanged };
}

/** `12 of 340 tests changed since a1b2c3d4 (main).` */
function describeNarrowed(
  { tests, of, changes }: NarrowedSelection,
  { changedSince, mergeBase }: ChangedSince,
): string {
  const { id, subject } = changes.since;
  const name = mergeBase ? `where it left ${changedSince}` : changedSince;
  const commit = id.startsWith(changedSince) ? '' : ` (${name})`;
  return `${tests.length} of ${of} tests changed since ${shortCommit(id)}${commit}: ${subject}`;
}
