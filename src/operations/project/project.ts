import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { allows } from '../../model/access.ts';
import { emptySelection } from '../../model/selection.ts';
import { withAudit } from '../core/authorize.ts';
import type { Configuration, Context } from '../core/context.ts';
import { fileContent, line } from '../core/fields.ts';
import { defineOperation, type RequestContext } from '../core/operation.ts';
import { checkSelection } from '../runs/selection-input.ts';
import { applyChange, nextTimeOf } from './apply-changes.ts';
import {
  findUnknownNames,
  type ProjectChange,
  type ProjectPlan,
  type ProjectState,
  planChanges,
} from './plan-changes.ts';
import { maxProjectFileBytes } from './project-file.ts';
import { type FileProblem, type ReadProject, readProjectFile } from './read-project-file.ts';

const kind = z.enum(['environment', 'selection', 'schedule', 'hook']);

const input = {
  file: line(200).default('matre.yml').describe('Name of the file, for messages'),
  content: fileContent(maxProjectFileBytes).describe('Its content: YAML'),
  prune: z
    .boolean()
    .default(false)
    .describe('Remove what was added from the file before and is not in it any more'),
};

const output = z.object({
  project: z.string().describe('The name that marks what is added from the file'),
  changes: z
    .array(
      z.object({
        kind,
        name: z.string(),
        action: z.enum(['add', 'change', 'remove']),
        fields: z
          .array(z.object({ field: z.string(), before: z.string().nullable(), after: z.string().nullable() }))
          .describe('The fields that differ, in words'),
      }),
    )
    .describe('In the order in which they are made; empty when nothing differs'),
  stays: z
    .array(z.object({ kind, name: z.string() }))
    .describe('What was added from the file before, is not in it any more, and stays without `prune`'),
});

export const previewProject = defineOperation({
  name: 'project.preview',
  method: 'POST',
  path: '/api/apply/preview',
  summary: 'Compare a matre.yml with what is configured; nothing is changed',
  role: 'viewer',
  readsTests: true,
  audited: false,
  input: z.object(input),
  output,
  async run(context, { file, content, prune }) {
    const read = await readProjectFile(file, content);
    const plan = await makePlan(context, read, prune);
    await checkChanges(context, read, plan);
    return viewPlan(read, plan);
  },
});

export const applyProject = defineOperation({
  name: 'project.apply',
  method: 'POST',
  path: '/api/apply',
  summary:
    'Make what is configured as a matre.yml says, all of it or nothing; changing environments or hooks needs an admin',
  role: 'operator',
  readsTests: true,
  audited: ({ file, prune }) => (prune ? `${file}, with removals` : file),
  input: z.object(input),
  output,
  async run(context, { file, content, prune }, request) {
    const read = await readProjectFile(file, content);
    const expected = await makePlan(context, read, prune);
    checkRole(expected, request);
    // Before the transaction, because reading the catalog may take seconds.
    await checkChanges(context, read, expected);
    const now = await context.clock();
    const applier = { project: read.project.project, by: request.principal.name, now };
    const plan = await context.changeConfiguration(async (tables) => {
      const current = await makePlan(tables, read, prune);
      checkRole(current, request);
      for (const change of current.changes) await applyChange(tables, change, applier);
      return current;
    });
    for (const change of plan.changes) {
      const subject = `${actionOf(change)} ${change.kind} ${change.name}`;
      const { principal, address } = request;
      await withAudit(context, { principal, address, operation: 'project.apply', subject }, async () => {});
    }
    return viewPlan(read, plan);
  },
});

/** Compares a file with the present state. Errors: PROJECT_FILE_INVALID for a name that nothing has. */
async function makePlan(tables: Configuration, read: ReadProject, prune: boolean): Promise<ProjectPlan> {
  const state = await readState(tables);
  const unknown = findUnknownNames(read.project, state);
  if (unknown.length > 0) throw read.fault(unknown);
  return planChanges(read.project, state, prune);
}

async function readState(tables: Configuration): Promise<ProjectState> {
  const { environments, hooks, savedSelections, schedules } = tables;
  const all = await environments.list();
  const appliedFrom = await environments.appliedFrom();
  return {
    environments: all.map((each) => ({ ...each, appliedFrom: appliedFrom.get(each.id) })),
    selections: await savedSelections.list(),
    schedules: await schedules.list(),
    hooks: await hooks.list(),
  };
}

/** Refuses an operator who would change environments or hooks: `environments.add` and `hooks.add` need an admin as well. */
function checkRole({ changes }: ProjectPlan, { principal }: RequestContext): void {
  const first = changes.find(({ kind }) => kind === 'environment' || kind === 'hook');
  if (first === undefined || allows(principal.role, 'admin')) return;
  throw new Fault(
    'FORBIDDEN',
    `The file changes the ${first.kind} ${first.name}, which needs the role admin; ${principal.name} is ${principal.role}.`,
  );
}

/** Checks what changes. Errors: PROJECT_FILE_INVALID with the place of each schedule without times, and selection without tests. */
async function checkChanges(context: Context, read: ReadProject, plan: ProjectPlan): Promise<void> {
  const problems = findImpossibleTimes(plan, await context.clock());
  problems.push(...(await findEmptySelections(context, plan)));
  if (problems.length > 0) throw read.fault(problems);
}

/** The schedules whose expression or time zone is wrong, or that are never due. Those that exist and stay are not examined. */
function findImpossibleTimes({ changes }: ProjectPlan, now: Date): FileProblem[] {
  return changes.flatMap((change): FileProblem[] => {
    if (change.kind !== 'schedule' || change.file === undefined) return [];
    const { name, file, current } = change;
    const problem = problemOf(() => nextTimeOf(current, file, now));
    if (problem === undefined) return [];
    const isZone = problemOf(() => nextTimeOf(undefined, { ...file, cron: '@daily' }, now)) !== undefined;
    return [{ path: ['schedules', name, isZone ? 'zone' : 'cron'], message: problem }];
  });
}

/** What a check refuses, as a sentence without its full stop; `undefined`: nothing. */
function problemOf(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** For the list of problems, which ends in a full stop of its own. Rethrows what is no fault. */
function messageOf(error: unknown): string {
  if (!(error instanceof Fault)) throw error;
  return error.message.replace(/\.$/, '');
}

async function findEmptySelections(context: Context, { changes }: ProjectPlan): Promise<FileProblem[]> {
  const problems: FileProblem[] = [];
  for (const { kind, name, file } of changes) {
    if (kind === 'environment' || kind === 'hook' || file?.selection === undefined) continue;
    try {
      // An environment that the same file adds is not there yet: then the sources of the settings count.
      const codes = new Set((await context.environments.list()).map(({ code }) => code));
      const environments = file.environments?.filter((code) => codes.has(code));
      await checkSelection(context, file.selection ?? emptySelection, {
        codes: environments,
        ref: file.ref ?? undefined,
      });
    } catch (error) {
      problems.push({ path: [`${kind}s`, name, 'selection'], message: messageOf(error) });
    }
  }
  return problems;
}

function actionOf({ current, file }: ProjectChange): 'add' | 'change' | 'remove' {
  if (file === undefined) return 'remove';
  return current === undefined ? 'add' : 'change';
}

function viewPlan({ project }: ReadProject, { changes, stays }: ProjectPlan): z.output<typeof output> {
  return {
    project: project.project,
    changes: changes.map((change) => ({
      kind: change.kind,
      name: change.name,
      action: actionOf(change),
      fields: change.fields,
    })),
    stays,
  };
}
