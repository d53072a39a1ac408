import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { maxDescriptionLength, maxEnvironments } from '../../model/limits.ts';
import { noRunOptions } from '../../model/run-options.ts';
import type { SavedSelection } from '../../model/saved-selection.ts';
import type { SavedSelectionFields } from '../../store/tables/saved-selections.ts';
import { defineChangeByName } from '../core/change-by-name.ts';
import type { Context } from '../core/context.ts';
import {
  code,
  exactShownLine,
  gitRef,
  scheduleName as name,
  newScheduleName as newName,
} from '../core/fields.ts';
import { defined, defineOperation } from '../core/operation.ts';
import { getEnvironment, idsOfEnvironments } from '../environments/get-environment.ts';
import { runOptionsInput } from '../runs/run-options.ts';
import { priority } from '../runs/runs.ts';
import { checkSelection, selectionInput } from '../runs/selection-input.ts';
import { type SavedSelectionView, savedSelectionView, viewSavedSelection } from './saved-selection-view.ts';

/** What a saved selection has; all but its name. */
const settings = {
  description: exactShownLine(maxDescriptionLength),
  selection: selectionInput,
  environments: z
    .array(code)
    .max(maxEnvironments)
    .describe('Where its runs are submitted; without any, each request names them'),
  priority,
  options: runOptionsInput.describe('How its runs treat failed tests'),
  ref: gitRef
    .nullable()
    .describe('Branch, tag or commit that its runs test; null: the branch of the test module'),
};

export const addSavedSelection = defineOperation({
  name: 'savedSelections.add',
  method: 'POST',
  path: '/api/saved-selections',
  summary: 'Save a selection under a name, with its environments, priority and options',
  role: 'operator',
  readsTests: true,
  audited: ({ name }) => name,
  input: z.object({
    name: newName,
    ...settings,
    description: settings.description.default(''),
    environments: settings.environments.default([]),
    priority: priority.default(0),
    options: settings.options.optional(),
    ref: settings.ref.default(null),
  }),
  output: savedSelectionView,
  async run(context, { environments, options = noRunOptions, ref: requestedRef, ...fields }, { principal }) {
    const ref = requestedRef ?? undefined;
    await checkSelection(context, fields.selection, { codes: environments, ref });
    const environmentIds = await idsOfEnvironments(context, environments);
    const unset = { disabled: undefined, appliedFrom: undefined };
    const input = { ...fields, ...unset, options, ref, environmentIds, createdBy: principal.name };
    return viewSavedSelection(await context.savedSelections.create(input));
  },
});

export const listSavedSelections = defineOperation({
  name: 'savedSelections.list',
  method: 'GET',
  path: '/api/saved-selections',
  summary: 'List the saved selections, by name',
  role: 'viewer',
  audited: false,
  live: true,
  input: z.object({}),
  output: z.object({ savedSelections: z.array(savedSelectionView) }),
  async run({ savedSelections }) {
    return { savedSelections: (await savedSelections.list()).map(viewSavedSelection) };
  },
});

export const showSavedSelection = defineOperation({
  name: 'savedSelections.show',
  method: 'GET',
  path: '/api/saved-selections/:name',
  summary: 'Show a saved selection, and whether its names still exist',
  role: 'viewer',
  readsTests: true,
  audited: false,
  input: z.object({ name }),
  output: savedSelectionView.extend({
    tests: z.number().nullable().describe('Number of tests that it covers now; null when that is not known'),
  }),
  async run(context, { name }) {
    const saved = await context.savedSelections.get(name);
    const view = viewSavedSelection(saved);
    try {
      const tests = await resolveSaved(context, saved);
      return { ...view, tests: tests?.length ?? null };
    } catch (error) {
      // Its fields can be looked at and changed whatever keeps its tests from being read, such as a repository that does not answer.
      if (!(error instanceof Fault) || error.code === 'DATABASE_UNREACHABLE') throw error;
      return { ...view, problem: [view.problem, error.message].filter(Boolean).join(' '), tests: null };
    }
  },
});

export const editSavedSelection = defineOperation({
  name: 'savedSelections.edit',
  method: 'PATCH',
  path: '/api/saved-selections/:name',
  summary: 'Change a saved selection, also for the schedules that use it; unspecified fields are unchanged',
  role: 'operator',
  readsTests: true,
  audited: ({ name, ...changes }) => `${name}: ${Object.keys(defined(changes)).join(', ')}`,
  input: z.object({ name, rename: newName.optional(), ...z.object(settings).partial().shape }),
  output: savedSelectionView,
  async run(context, { name, rename, environments, ref, ...rest }, { principal }) {
    const changes = defined(rest);
    const isEmpty = Object.keys(changes).length === 0 && rename === undefined;
    if (isEmpty && environments === undefined && ref === undefined) {
      throw new Fault('INPUT_INVALID', 'Name at least one field to change.');
    }
    if (changes.selection || ref) {
      const current = await context.savedSelections.get(name);
      await checkSelection(context, changes.selection ?? current.selection, {
        codes: environments ?? codesOf(current),
        ref: ref === undefined ? current.ref : (ref ?? undefined),
      });
    }
    const environmentIds = environments && (await idsOfEnvironments(context, environments));
    return update(context, name, principal.name, (current) => ({
      ...changes,
      name: rename ?? current.name,
      ...(ref !== undefined && { ref: ref ?? undefined }),
      ...(environmentIds && { environmentIds }),
    }));
  },
});

export const duplicateSavedSelection = defineOperation({
  name: 'savedSelections.duplicate',
  method: 'POST',
  path: '/api/saved-selections/:name/duplicate',
  summary: 'Copy a saved selection under another name; the copy is switched on, and no schedule uses it',
  role: 'operator',
  audited: ({ name, rename }) => `${name} as ${rename}`,
  input: z.object({ name, rename: newName.describe('The name of the copy') }),
  output: savedSelectionView,
  async run({ savedSelections }, { name, rename }, { principal }) {
    const fields = fieldsOf(await savedSelections.get(name));
    const changes = { name: rename, disabled: undefined, appliedFrom: undefined };
    return viewSavedSelection(
      await savedSelections.create({ ...fields, ...changes, createdBy: principal.name }),
    );
  },
});

export const disableSavedSelection = defineChangeByName({
  output: savedSelectionView,
  name: 'savedSelections.disable',
  method: 'POST',
  path: '/api/saved-selections/:name/disable',
  summary:
    'Switch a saved selection off: nothing can be submitted with it, and its schedules skip their times',
  change: (context, name, by) =>
    update(context, name, by, ({ disabled }) => ({ disabled: disabled ?? { since: new Date(), by } })),
});

export const enableSavedSelection = defineChangeByName({
  output: savedSelectionView,
  name: 'savedSelections.enable',
  method: 'POST',
  path: '/api/saved-selections/:name/enable',
  summary: 'Switch a saved selection on again',
  change: (context, name, by) => update(context, name, by, () => ({ disabled: undefined })),
});

export const removeSavedSelection = defineChangeByName({
  output: savedSelectionView,
  name: 'savedSelections.remove',
  method: 'DELETE',
  path: '/api/saved-selections/:name',
  summary: 'Remove a saved selection that no schedule uses; its runs stay',
  change: async (context, name) => viewSavedSelection(await context.savedSelections.remove(name)),
});

/** The environments of a saved selection that are not removed. */
const codesOf = ({ environments }: SavedSelection) =>
  environments.filter(({ removed }) => !removed).map(({ code }) => code);

async function resolveSaved(context: Context, saved: SavedSelection) {
  const environments = [];
  for (const code of codesOf(saved)) environments.push(await getEnvironment(context, code));
  return context.resolveSelection(saved.selection, { environments, ref: saved.ref });
}

async function update(
  context: Context,
  name: string,
  by: string,
  change: (current: SavedSelection) => Partial<SavedSelectionFields>,
): Promise<SavedSelectionView> {
  const changed = await context.savedSelections.update(name, by, (current) => ({
    ...fieldsOf(current),
    ...change(current),
  }));
  return viewSavedSelection(changed);
}

/** The fields of a saved selection that can be written again. A removed environment stays in it until others are named. */
function fieldsOf(saved: SavedSelection): SavedSelectionFields {
  const { name, description, selection, priority, options, ref, environments, disabled, appliedFrom } = saved;
  const environmentIds = environments.map(({ id }) => id);
  return { name, description, selection, priority, options, ref, environmentIds, disabled, appliedFrom };
}
