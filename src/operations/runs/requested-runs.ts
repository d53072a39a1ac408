import { Fault, isFault } from '../../faults/fault.ts';
import { noRunOptions, type RunOptions } from '../../model/run-options.ts';
import type { SavedSelection } from '../../model/saved-selection.ts';
import type { Selection } from '../../model/selection.ts';
import type { Context } from '../core/context.ts';
import { idsOfEnvironments } from '../environments/get-environment.ts';
import { checkSelection } from './selection-input.ts';

interface Request {
  environments?: string[] | undefined;
  selection?: Selection | undefined;
  /** The name of a saved selection. */
  saved?: string | undefined;
  priority?: number | undefined;
  options?: RunOptions | undefined;
  ref?: string | undefined;
}

/** What a request submits, and where. */
interface RequestedRuns {
  environmentIds: number[];
  selection: Selection;
  priority: number;
  options: RunOptions;
  ref: string | undefined;
  saved: SavedSelection | undefined;
}

/**
 * What a request submits: the selection that it names, or a saved one with the environments, the priority, the options and the ref that
 * the request names instead. Errors: INPUT_INVALID, ENVIRONMENT_UNKNOWN, SELECTION_UNKNOWN, SELECTION_EMPTY, REF_UNKNOWN, SAVED_SELECTION_UNKNOWN,
 * SAVED_SELECTION_DISABLED.
 */
export async function resolveRequest(context: Context, request: Request): Promise<RequestedRuns> {
  const { environments, selection, saved: name, priority, options } = request;
  let { ref } = request;
  if (name !== undefined && selection !== undefined) {
    throw new Fault('INPUT_INVALID', 'Name either tests or a saved selection, not both.');
  }
  if (name !== undefined) {
    const saved = await readEnabled(context, name);
    ref ??= saved.ref;
    const environmentIds = await environmentsOf(context, saved, environments);
    await checkSaved(context, { ...saved, ref }, environments);
    return {
      environmentIds,
      selection: saved.selection,
      priority: priority ?? saved.priority,
      options: options ?? saved.options,
      ref,
      saved,
    };
  }
  if (selection === undefined) throw new Fault('INPUT_INVALID', 'Name the selection, or a saved one.');
  if (environments === undefined) throw new Fault('INPUT_INVALID', 'environments: must name an environment.');
  const environmentIds = await idsOfEnvironments(context, environments);
  await checkSelection(context, selection, { codes: environments, ref });
  return {
    environmentIds,
    selection,
    priority: priority ?? 0,
    options: options ?? noRunOptions,
    ref,
    saved: undefined,
  };
}

/** Errors: SAVED_SELECTION_UNKNOWN, SAVED_SELECTION_DISABLED. */
async function readEnabled({ savedSelections }: Context, name: string): Promise<SavedSelection> {
  const saved = await savedSelections.get(name);
  if (saved.disabled === undefined) return saved;
  const since = saved.disabled.since.toISOString();
  throw new Fault(
    'SAVED_SELECTION_DISABLED',
    `Saved selection ${JSON.stringify(saved.name)} was switched off by ${saved.disabled.by} at ${since}.`,
  );
}

/** As `checkSelection`, on these environments or its own, with the name of the saved selection in the message. */
export async function checkSaved(
  context: Context,
  saved: Pick<SavedSelection, 'name' | 'selection' | 'environments' | 'ref'>,
  environments?: readonly string[] | undefined,
): Promise<void> {
  const { name, selection, ref } = saved;
  const own = saved.environments.filter(({ removed }) => !removed).map(({ code }) => code);
  try {
    await checkSelection(context, selection, { codes: environments ?? own, ref });
  } catch (error) {
    if (!isFault(error, 'SELECTION_UNKNOWN', 'SELECTION_EMPTY')) throw error;
    const remedy = `Change it: matre saved edit ${JSON.stringify(name)}.`;
    throw new Fault(error.code, `Saved selection ${JSON.stringify(name)}: ${error.message} ${remedy}`, {
      cause: error,
    });
  }
}

async function environmentsOf(
  context: Context,
  { name, environments }: SavedSelection,
  codes: string[] | undefined,
): Promise<number[]> {
  if (codes !== undefined) return idsOfEnvironments(context, codes);
  if (environments.length === 0) {
    throw new Fault(
      'INPUT_INVALID',
      `Saved selection ${JSON.stringify(name)} has no environments: name them.`,
    );
  }
  const removed = environments.find((each) => each.removed);
  if (removed) {
    const message = `Saved selection ${JSON.stringify(name)}: the environment ${removed.code} was removed.`;
    throw new Fault('ENVIRONMENT_UNKNOWN', message);
  }
  return environments.map(({ id }) => id);
}
