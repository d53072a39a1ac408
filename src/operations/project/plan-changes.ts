import { splitBaseUrl } from '../../model/address/base-url.ts';
import type { Environment } from '../../model/environment.ts';
import type { Hook } from '../../model/hook.ts';
import type { EnvironmentModule } from '../../model/module-source.ts';
import { nameKey } from '../../model/name-key.ts';
import { describeRunOptions, noRunOptions } from '../../model/run-options.ts';
import type { SavedSelection } from '../../model/saved-selection.ts';
import type { Schedule } from '../../model/schedule.ts';
import { describeSelection } from '../../model/selection.ts';
import { hookFieldsOf, hookKeyOf } from './hook-changes.ts';
import {
  type ProjectEnvironment,
  type ProjectFile,
  type ProjectHook,
  type ProjectSchedule,
  type ProjectSelection,
  splitHookKey,
} from './project-file.ts';
import type { FileProblem } from './read-project-file.ts';

/** What an installation has now. */
export interface ProjectState {
  environments: readonly (Environment & { appliedFrom: string | undefined })[];
  selections: readonly SavedSelection[];
  schedules: readonly Schedule[];
  hooks: readonly Hook[];
}

/** A field that differs, in words; null: it has none. */
export interface FieldChange {
  field: string;
  before: string | null;
  after: string | null;
}

export type ChangeKind = 'environment' | 'selection' | 'schedule' | 'hook';

/** What applying a file does to one entry. The current one is absent when it is added, the file's when it is removed. */
export type ProjectChange = { name: string; fields: FieldChange[] } & (
  | { kind: 'environment'; current?: Environment; file?: ProjectEnvironment }
  | { kind: 'selection'; current?: SavedSelection; file?: ProjectSelection }
  | { kind: 'schedule'; current?: Schedule; file?: ProjectSchedule }
  | { kind: 'hook'; current?: Hook; file?: ProjectHook }
);

export interface ProjectPlan {
  /** In the order in which they can be made. */
  changes: ProjectChange[];
  /** What was added from the file before and is not in it any more: with `prune` it is removed. */
  stays: { kind: ChangeKind; name: string }[];
}

/** Compares a file with what an installation has. `prune`: what was added from the file and is not in it any more is removed. */
export function planChanges(project: ProjectFile, state: ProjectState, prune: boolean): ProjectPlan {
  const changes: ProjectChange[] = [
    ...Object.entries(project.environments).flatMap(([name, file]) => {
      const current = state.environments.find(({ code }) => code === name);
      const fields = compare(
        current && environmentFields(current),
        environmentFields({ name, ...defaulted(file), ...ownValues(file, current) }),
      );
      return current && fields.length === 0
        ? []
        : [{ kind: 'environment' as const, name, fields, file, ...(current && { current }) }];
    }),
    ...Object.entries(project.selections).flatMap(([name, file]) => {
      const current = state.selections.find((each) => nameKey(each.name) === nameKey(name));
      const fields = compare(current && savedFields(current), selectionFields(name, file, current));
      return current && fields.length === 0
        ? []
        : [{ kind: 'selection' as const, name, fields, file, ...(current && { current }) }];
    }),
    ...Object.entries(project.schedules).flatMap(([name, file]) => {
      const current = state.schedules.find((each) => nameKey(each.name) === nameKey(name));
      const fields = compare(current && currentScheduleFields(current), scheduleFields(name, file, current));
      return current && fields.length === 0
        ? []
        : [{ kind: 'schedule' as const, name, fields, file, ...(current && { current }) }];
    }),
    ...Object.entries(project.hooks).flatMap(([name, file]) => {
      const current = state.hooks.find((each) => hookKeyOf(each) === name);
      const fields = compare(current && hookFieldsOf(current), hookFieldsOf(file, current));
      return current && fields.length === 0
        ? []
        : [{ kind: 'hook' as const, name, fields, file, ...(current && { current }) }];
    }),
  ];
  const removals = removedFrom(project, state);
  return prune
    ? { changes: [...changes, ...removals], stays: [] }
    : { changes, stays: removals.map(({ kind, name }) => ({ kind, name })) };
}

/** What was added from the file before, and is not in it any more; schedules first, because they refer to the others. */
function removedFrom(project: ProjectFile, state: ProjectState): ProjectChange[] {
  const isOfProject = ({ appliedFrom }: { appliedFrom: string | undefined }) =>
    appliedFrom === project.project;
  const keysOf = (entries: object, key: (name: string) => string) => new Set(Object.keys(entries).map(key));
  const schedules = keysOf(project.schedules, nameKey);
  const selections = keysOf(project.selections, nameKey);
  return [
    ...state.hooks
      .filter((each) => isOfProject(each) && !Object.hasOwn(project.hooks, hookKeyOf(each)))
      .map((current) => ({ kind: 'hook' as const, name: hookKeyOf(current), fields: [], current })),
    ...state.schedules
      .filter((each) => isOfProject(each) && !schedules.has(nameKey(each.name)))
      .map((current) => ({ kind: 'schedule' as const, name: current.name, fields: [], current })),
    ...state.selections
      .filter((each) => isOfProject(each) && !selections.has(nameKey(each.name)))
      .map((current) => ({ kind: 'selection' as const, name: current.name, fields: [], current })),
    ...state.environments
      .filter((each) => isOfProject(each) && !Object.hasOwn(project.environments, each.code))
      .map((current) => ({ kind: 'environment' as const, name: current.code, fields: [], current })),
  ];
}

/** What the file names and neither it nor the installation has. */
export function findUnknownNames(project: ProjectFile, state: ProjectState): FileProblem[] {
  const codes = new Set([
    ...Object.keys(project.environments),
    ...state.environments.map(({ code }) => code),
  ]);
  const selections = new Set(
    [...Object.keys(project.selections), ...state.selections.map(({ name }) => name)].map(nameKey),
  );
  const unknownCodes = (path: string[], environments: readonly string[] | undefined) =>
    (environments ?? []).flatMap((code, index) =>
      codes.has(code)
        ? []
        : [{ path: [...path, 'environments', index], message: `there is no environment ${code}` }],
    );
  return [
    ...Object.entries(project.selections).flatMap(([name, { environments }]) =>
      unknownCodes(['selections', name], environments),
    ),
    ...Object.keys(project.hooks).flatMap((key) => {
      const { code } = splitHookKey(key);
      const isUnknown = code !== undefined && !codes.has(code);
      return isUnknown ? [{ path: ['hooks', key], message: `there is no environment ${code}` }] : [];
    }),
    ...Object.entries(project.schedules).flatMap(([name, { environments, saved }]) => [
      ...unknownCodes(['schedules', name], environments),
      ...(saved === undefined || selections.has(nameKey(saved))
        ? []
        : [{ path: ['schedules', name, 'saved'], message: `there is no selection ${saved}` }]),
    ]),
  ];
}

export type Fields = Record<string, string | null>;

/** The fields that differ. */
function compare(current: Fields | undefined, file: Fields): FieldChange[] {
  return Object.entries(file).flatMap(([field, after]) => {
    const before = current?.[field] ?? null;
    return before === after ? [] : [{ field, before, after }];
  });
}

/** A name that the file leaves out is the code. */
function defaulted({ name, ...rest }: ProjectEnvironment) {
  return name === undefined ? rest : { ...rest, name };
}

/** A file that does not name an image, a replay or modules leaves them unchanged: passwords of modules are set by hand. */
function ownValues(
  { image, replay, modules }: ProjectEnvironment,
  current: Environment | undefined,
): Pick<ComparedEnvironment, 'image' | 'replay' | 'modules'> {
  return {
    image: image === undefined ? current?.image : image,
    replay: replay === undefined ? current?.replay : replay,
    modules: modules ?? current?.modules,
  };
}

type ComparedEnvironment = Pick<
  Environment,
  'name' | 'baseUrl' | 'backendName' | 'adminUsername' | 'slots' | 'allModules'
> & {
  image?: string | null | undefined;
  replay?: string | null | undefined;
  modules?: readonly Omit<EnvironmentModule, 'hasPassword'>[] | undefined;
};

function environmentFields(environment: ComparedEnvironment): Fields {
  const { baseUrl, slots, allModules, image, replay, modules = [], ...rest } = environment;
  const { name, backendName, adminUsername } = rest;
  return {
    name,
    baseUrl: splitBaseUrl(baseUrl).url,
    backendName,
    adminUsername,
    slots: String(slots),
    allModules: String(allModules),
    image: image ?? null,
    replay: replay ?? null,
    modules: textOrNull(modules.map(describeModule).join('; ')),
  };
}

/** What a module has of its own: `checkout: repository https://git.example.com/checkout.git, branch main`. */
function describeModule(module: Omit<EnvironmentModule, 'hasPassword'>): string {
  const { name, repository, branch, path, target, username } = module;
  const fields = Object.entries({ repository, branch, path, target, username });
  const set = fields.flatMap(([field, value]) => (value === undefined ? [] : [`${field} ${value}`]));
  return [name, ...(set.length > 0 ? [set.join(', ')] : [])].join(': ');
}

const listText = (names: readonly string[]) =>
  names.length === 0 ? null : [...new Set(names)].sort().join(', ');
const textOrNull = (text: string) => (text === '' ? null : text);

function savedFields(saved: SavedSelection): Fields {
  const { name, description, selection, environments, priority, options, disabled } = saved;
  return {
    name,
    description: textOrNull(description),
    selection: describeSelection(selection),
    environments: listText(environments.map(environmentText)),
    priority: String(priority),
    options: textOrNull(describeRunOptions(options)),
    ref: saved.ref ?? null,
    disabled: String(disabled !== undefined),
  };
}

/** A removed environment differs from one with its code, so that naming the code again takes the new one. */
const environmentText = ({ code, removed }: { code: string; removed: boolean }) =>
  removed ? `${code} (removed)` : code;

/** A file that does not say whether it is switched off leaves that unchanged. */
function selectionFields(name: string, file: ProjectSelection, current: SavedSelection | undefined): Fields {
  const { description, selection, environments, priority, options = noRunOptions } = file;
  const { disabled = current?.disabled !== undefined } = file;
  return {
    name,
    description: textOrNull(description),
    selection: describeSelection(selection),
    environments: listText(environments),
    priority: String(priority),
    options: textOrNull(describeRunOptions(options)),
    ref: file.ref,
    disabled: String(disabled),
  };
}

function currentScheduleFields(schedule: Schedule): Fields {
  const { name, cron, zone, saved, selection, environments, priority, overlap, missed } = schedule;
  return {
    name,
    cron,
    zone,
    tests: saved ? `saved selection ${saved.name}` : describeSelection(selection),
    environments: saved?.providesEnvironments ? ofSelection : listText(environments.map(environmentText)),
    priority: String(priority),
    overlap,
    missed,
    catchUpMinutes: String(schedule.catchUpMinutes),
    options: textOrNull(describeRunOptions(schedule.options)),
    ref: schedule.ref ?? null,
    paused: String(schedule.pausedAt !== undefined),
  };
}

const ofSelection = 'those of the selection';

/** A file that does not say whether it is paused leaves that unchanged. */
function scheduleFields(name: string, file: ProjectSchedule, current: Schedule | undefined): Fields {
  const { cron, zone, saved, selection, environments, priority, overlap, missed, catchUpMinutes } = file;
  const { paused = current?.pausedAt !== undefined } = file;
  const savedBefore = current?.saved?.name ?? '';
  const savedName = nameKey(savedBefore) === nameKey(saved ?? '') ? savedBefore : saved;
  return {
    name,
    cron,
    zone,
    tests: selection ? describeSelection(selection) : `saved selection ${savedName}`,
    environments: environments ? listText(environments) : ofSelection,
    priority: String(priority),
    overlap,
    missed,
    catchUpMinutes: String(catchUpMinutes),
    options: textOrNull(describeRunOptions(file.options)),
    ref: file.ref,
    paused: String(paused),
  };
}
