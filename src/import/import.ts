import { Fault } from '../faults/fault.ts';
import type { Principal } from '../model/access.ts';
import { withAudit } from '../operations/core/authorize.ts';
import type { Context } from '../operations/core/context.ts';
import { withSavepoint } from '../store/database/apply-transaction.ts';
import { applyItem } from './apply.ts';
import { type ImportTables, readCurrent } from './current.ts';
import { type EnvironmentHistory, importHistory } from './history.ts';
import { type MappedSetting, mapSettings, type PhpSettings } from './mapping/env-file.ts';
import { type ModuleValues, mapEnvironments } from './mapping/environments.ts';
import { type MappedHistory, mapHistory } from './mapping/history.ts';
import type { Item, ItemKind } from './mapping/item.ts';
import { mapMessages } from './mapping/messages.ts';
import { mapSuites } from './mapping/suites.ts';
import { mapUsers } from './mapping/users.ts';
import { mapVariables } from './mapping/variables.ts';
import { type FieldChange, type PlanAction, type PlannedItem, planItems } from './plan.ts';
import type { PhpRecords, SourceProblem } from './records.ts';
import { createHistoryRedactor, hiddenTextsOf, originOf } from './redaction.ts';

export interface ImportOptions {
  records: PhpRecords;
  /** The `.env` of php-matre; empty without one. */
  settings: PhpSettings;
  /** See `ModuleValues`. */
  moduleValues: ModuleValues;
  /** Other secrets of php-matre, such as the password of its database, which runs must not show. */
  secrets: readonly string[];
  /** The folder `var` of php-matre, with the files of its runs. */
  files: string | undefined;
  /** The name of the installation, under which origins are stored. */
  name: string;
  /** In which its cron expressions are. */
  zone: string;
  /** Write what there differs, also where it was changed here. */
  overwrite: boolean;
  /** Add schedules paused and channels switched off. */
  paused: boolean;
  /** `dry-run` and `check`: make all changes of what users configure and undo them; a check is for what differs. */
  mode: 'apply' | 'dry-run' | 'check';
  by: Principal;
}

export interface ImportedItem {
  kind: ItemKind;
  there: string;
  here: string;
  action: PlanAction | 'refused';
  changes: FieldChange[];
  kept: FieldChange[];
  /** Why it is kept or refused, and what differs from there. */
  notes: string[];
}

export interface ImportReport {
  mode: ImportOptions['mode'];
  items: ImportedItem[];
  /** What has no place. */
  leftovers: SourceProblem[];
  settings: MappedSetting[];
  history: EnvironmentHistory[];
  /** Items that differ, and runs that are missing or differ. */
  differences: number;
}

/** Undoes the transaction of a dry run, or of a check, which shows what would be refused. */
class DryRun extends Error {
  readonly items: ImportedItem[];
  constructor(items: ImportedItem[]) {
    super('dry run');
    this.items = items;
  }
}

/**
 * Imports the records of a php-matre: what users configure in one transaction, then each submission with its runs in one. What an earlier
 * import made is recognised. Errors: SECRET_KEY_WRONG, DATABASE_UNREACHABLE; what cannot be written is refused item by item.
 */
export async function importPhpMatre(context: Context, options: ImportOptions): Promise<ImportReport> {
  const { records, mode, name } = options;
  const mapped = mapRecords(context, options);
  const stored = await readStored(context, name);
  const planned = planItems(mapped.items, { ...stored, overwrite: options.overwrite });
  const texts = hiddenTextsOf({ ...options, ...stored, rule: context.secretRule });
  const items = await write(context, mapped.items, options);
  if (mode === 'apply') {
    await audit(context, items, options);
    await context.importSources.set(name, options.by.name, originOf(texts));
  }
  const history = await importHistory(context, {
    ...options,
    source: name,
    mapped: mapped.history,
    selections: namesHere(planned, 'saved selection'),
    schedules: namesHere(planned, 'schedule'),
    environments: namesHere(planned, 'environment'),
    redactor: await createHistoryRedactor(texts),
  });
  const differing = items.filter(({ action }) => action !== 'same').length;
  return {
    mode,
    items,
    leftovers: [...records.problems, ...mapped.leftovers],
    settings: mapped.settings,
    history,
    differences: history.reduce((sum, { added, differing: runs }) => sum + added + runs, differing),
  };
}

interface MappedRecords {
  items: Item[];
  leftovers: SourceProblem[];
  settings: MappedSetting[];
  history: MappedHistory;
}

function mapRecords(context: Context, options: ImportOptions): MappedRecords {
  const { records, settings, moduleValues, zone } = options;
  const { environments, variables } = records;
  const mappedEnvironments = mapEnvironments(environments, variables, moduleValues);
  const { codes } = mappedEnvironments;
  const rule = context.secretRule;
  const mappedVariables = mapVariables(variables, { environments, codes, moduleValues, rule });
  addWaitTimeout(mappedVariables.items, settings);
  const users = mapUsers(records.users);
  const suites = mapSuites(records.suites, records.cronJobs, { environments, codes, zone });
  const messages = mapMessages(records, { settings, codes, userNames: users.names });
  const history = mapHistory(records, { codes, userNames: users.names, schedules: suites.schedules });
  const mapped = mapSettings(settings);
  const parts = [mappedEnvironments, mappedVariables, users, suites, messages];
  const leftovers = parts.flatMap((part) => part.leftovers);
  if (records.enforcesSecondFactor) {
    const reason = 'MATRE_SECOND_FACTOR=viewer demands a second factor of all users here';
    leftovers.push({ kind: 'setting', name: 'enforce2fa', reason });
  }
  return {
    items: parts.flatMap((part) => part.items),
    leftovers: [...leftovers, ...mapped.leftovers, ...history.leftovers],
    settings: mapped.settings,
    history,
  };
}

/** php-matre writes it over all other values. */
function addWaitTimeout(items: Item[], settings: PhpSettings): void {
  const value = settings.get('MFTF_WEBDRIVER_WAIT_TIMEOUT')?.trim();
  if (!value) return;
  items.push({
    ...{ kind: 'variable', sourceId: 'global:WAIT_TIMEOUT', here: 'global:WAIT_TIMEOUT', fields: { value } },
    there: 'MFTF_WEBDRIVER_WAIT_TIMEOUT (.env)',
    notes: ['a value in the file of the test module wins here'],
  });
}

/** What is here, and what earlier imports stored about it. Errors: SECRET_KEY_WRONG. */
async function readStored(tables: ImportTables, name: string) {
  return { current: await readCurrent(tables), origins: await tables.importSources.list(name) };
}

/** All items in one transaction, each with a savepoint: what is refused leaves nothing behind, and the others are written. */
async function write(
  context: Context,
  items: readonly Item[],
  options: ImportOptions,
): Promise<ImportedItem[]> {
  const { mode, name, by, overwrite, paused } = options;
  try {
    return await context.changeConfiguration(async (tables) => {
      // Whether a selection covers tests now is shown by the page; reading the tests may take minutes.
      const scoped: Context = { ...context, ...tables, resolveSelection: async () => undefined };
      const written: ImportedItem[] = [];
      const stored = await readStored(scoped, name);
      for (const planned of planItems(items, { ...stored, overwrite })) {
        try {
          await withSavepoint(tables.database, async () => {
            if (planned.changes.length > 0 || planned.action === 'add') {
              await applyItem(scoped, planned, { by, paused });
            }
            await storeOrigin(scoped, planned, { name, by: by.name });
          });
          written.push(viewItem(planned));
        } catch (error) {
          if (!(error instanceof Fault) || error.code === 'DATABASE_UNREACHABLE') throw error;
          written.push({ ...viewItem(planned), action: 'refused', notes: [error.message] });
        }
      }
      if (mode !== 'apply') throw new DryRun(written);
      return written;
    });
  } catch (error) {
    if (error instanceof DryRun) return error.items;
    throw error;
  }
}

/** What was here before, and differs, gets no origin: it is not what the import made. */
async function storeOrigin(
  { importSources }: Context,
  { item, here, action, state, reason }: PlannedItem,
  { name, by }: { name: string; by: string },
): Promise<void> {
  if (action === 'kept' && reason !== 'it was changed here') return;
  await importSources.set(name, by, { kind: item.kind, sourceId: item.sourceId, target: here, state });
}

function viewItem({ item, here, action, changes, kept, reason }: PlannedItem): ImportedItem {
  const notes = reason === undefined ? item.notes : [reason, ...item.notes];
  return { kind: item.kind, there: item.there, here, action, changes, kept, notes };
}

/** The names here by the ids there. */
function namesHere(planned: readonly PlannedItem[], kind: ItemKind): Map<string, string> {
  return new Map(
    planned.filter(({ item }) => item.kind === kind).map(({ item, here }) => [item.sourceId, here]),
  );
}

async function audit(context: Context, items: readonly ImportedItem[], { by }: ImportOptions): Promise<void> {
  for (const { kind, here, action } of items) {
    if (action !== 'add' && action !== 'change') continue;
    const subject = `${action} ${kind} ${here}`.slice(0, 300);
    await withAudit(
      context,
      { principal: by, address: undefined, operation: 'import.php-matre', subject },
      async () => {},
    );
  }
}
