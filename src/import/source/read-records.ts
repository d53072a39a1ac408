import { Fault } from '../../faults/fault.ts';
import { maxMessageLength } from '../../model/limits.ts';
import type { PhpRecords, PhpResult, PhpRun, PhpUser, SourceProblem } from '../records.ts';
import type { ReadTime } from './local-time.ts';
import { type Source, type SourceRow, type SourceTable, sourceTableNames, sourceTables } from './source.ts';

/** Rows of one table of what users configure. */
const maxConfiguredRows = 50_000;
/** Characters of everything that is kept of the history; a result without a message has 150. */
const maxHistoryCharacters = 512 * 1024 * 1024;

export interface ReadOptions {
  time: ReadTime;
  /** Without runs and results. */
  withoutHistory: boolean;
  /** Only runs that were created then or later. */
  since: Date | undefined;
}

/**
 * Reads all that is imported. A row that cannot be understood becomes a problem and is left out. Errors: IMPORT_SOURCE_INVALID for a source
 * that is no php-matre, IMPORT_TOO_LARGE; those of the source.
 */
export async function readRecords(source: Source, options: ReadOptions): Promise<PhpRecords> {
  const records: PhpRecords = {
    ...{ environments: [], variables: [], suites: [], cronJobs: [], users: [], templates: [] },
    ...{ siteName: undefined, enforcesSecondFactor: false },
    ...{ runs: [], results: new Map(), problems: [] },
  };
  const links = { suites: new Map<number, number[]>(), users: new Map<number, number[]>() };
  const counts = new Map<SourceTable, number>();
  const historySize = { characters: 0 };
  for await (const { table, row } of source.rows()) {
    if (table === 'matre_test_runs' || table === 'matre_test_results') {
      if (!options.withoutHistory) readHistory(records, table, row, options, historySize);
      continue;
    }
    const count = (counts.get(table) ?? 0) + 1;
    counts.set(table, count);
    if (count > maxConfiguredRows) {
      throw new Fault('IMPORT_TOO_LARGE', `${table} has more than ${maxConfiguredRows} rows.`);
    }
    readConfigured(records, links, table, row);
  }
  checkSchema(source, records.problems);
  if (records.environments.length === 0 && records.users.length === 0) {
    throw new Fault(
      'IMPORT_SOURCE_INVALID',
      `${source.description} has neither environments nor users of php-matre (matre_test_environments, matre_users).`,
    );
  }
  for (const suite of records.suites) suite.environmentIds = links.suites.get(suite.id) ?? [];
  for (const user of records.users) user.notifications.environmentIds = links.users.get(user.id) ?? [];
  records.runs.sort((one, other) => one.id - other.id);
  for (const results of records.results.values()) results.sort((one, other) => one.id - other.id);
  return records;
}

/**
 * What a later version of php-matre renames would be missing silently. Tables that the source lacks become problems. Errors:
 * IMPORT_SOURCE_INVALID for a table without columns that every known version has.
 */
function checkSchema({ description, columns }: Source, problems: SourceProblem[]): void {
  for (const table of sourceTableNames) {
    const present = columns.get(table);
    if (present === undefined) {
      const reason = 'the source does not have it, so nothing of it is imported';
      problems.push({ kind: 'table', name: table, reason });
      continue;
    }
    const missing = sourceTables[table].columns.filter((name) => !present.includes(name));
    if (missing.length === 0) continue;
    throw new Fault(
      'IMPORT_SOURCE_INVALID',
      `${description} is of a version of php-matre that matre does not know: ${table} has no ${missing.join(', ')}.`,
    );
  }
}

type Links = Record<'suites' | 'users', Map<number, number[]>>;

function readConfigured(
  records: PhpRecords,
  links: Links,
  table: Exclude<SourceTable, 'matre_test_runs' | 'matre_test_results'>,
  row: SourceRow,
): void {
  switch (table) {
    case 'matre_test_suite_environments':
      link(links.suites, row['test_suite_id'], row['test_environment_id']);
      return;
    case 'matre_user_notification_environments':
      link(links.users, row['user_id'], row['test_environment_id']);
      return;
    case 'matre_settings':
      records.siteName = optionalText(row['site_name']);
      records.enforcesSecondFactor = flag(row['enforce2fa']);
      return;
  }
  const id = idOf(row['id']);
  if (id === undefined) {
    records.problems.push({ kind: table, name: textOf(row['id']), reason: 'its id is no number' });
    return;
  }
  const name = textOf(row['name']);
  switch (table) {
    case 'matre_test_environments':
      records.environments.push({
        ...{ id, name, code: textOf(row['code']), region: textOf(row['region']) },
        baseUrl: textOf(row['base_url']),
        backendName: textOf(row['backend_name']),
        unusedVariables: Object.keys(jsonObject(row['env_variables'])),
        hasDescription: optionalText(row['description']) !== undefined,
        active: flag(row['is_active']),
        adminUsername: optionalText(row['admin_username']),
        adminPassword: optionalText(row['admin_password']),
      });
      return;
    case 'matre_global_env_variables': {
      const environments = jsonTexts(row['environments']);
      if (environments === undefined) {
        const reason = 'its list of environments is not valid JSON';
        records.problems.push({ kind: 'variable', name, reason });
        return;
      }
      records.variables.push({
        ...{ id, name, value: textOf(row['value']), environments },
        description: textOf(row['description']),
        namesTests: optionalText(row['used_in_tests']) !== undefined,
      });
      return;
    }
    case 'matre_test_suites':
      records.suites.push({
        ...{ id, name, type: textOf(row['type']), pattern: textOf(row['test_pattern']).trim() },
        description: textOf(row['description']),
        excluded: listOf(row['excluded_tests']),
        cron: optionalText(row['cron_expression']),
        active: flag(row['is_active']),
        environmentIds: [],
      });
      return;
    case 'matre_cron_jobs':
      records.cronJobs.push({
        ...{ id, name, command: textOf(row['command']), cron: textOf(row['cron_expression']) },
        active: flag(row['is_active']),
      });
      return;
    case 'matre_users':
      records.users.push(readUser(id, row));
      return;
    case 'matre_notification_templates':
      records.templates.push({
        ...{ id, name, channel: textOf(row['channel']) },
        ...{ subject: textOf(row['subject']), body: textOf(row['body']) },
        active: flag(row['is_active']),
        untouched: optionalText(row['updated_at']) === undefined,
      });
  }
}

function readUser(id: number, row: SourceRow): PhpUser {
  return {
    ...{ id, name: textOf(row['username']), email: textOf(row['email']).trim() },
    roles: jsonTexts(row['roles']) ?? [],
    passwordHash: textOf(row['password']),
    active: flag(row['is_active']),
    secondFactor: flag(row['is_totp_enabled']),
    notifications: {
      enabled: flag(row['notifications_enabled']),
      trigger: textOf(row['notification_trigger']),
      email: flag(row['notify_by_email']),
      slack: flag(row['notify_by_slack']),
      environmentIds: [],
    },
  };
}

function readHistory(
  records: PhpRecords,
  table: 'matre_test_runs' | 'matre_test_results',
  row: SourceRow,
  { time, since }: ReadOptions,
  size: { characters: number },
): void {
  const createdAt = time(row['created_at']);
  // A result is written after its run.
  if (since !== undefined && createdAt !== undefined && createdAt < since) return;
  for (const value of Object.values(row)) size.characters += Math.min(value?.length ?? 0, maxMessageLength);
  if (size.characters > maxHistoryCharacters) {
    throw new Fault(
      'IMPORT_TOO_LARGE',
      `The runs and results have more than ${maxHistoryCharacters} characters of text.`,
    );
  }
  const id = idOf(row['id']);
  const runId = table === 'matre_test_runs' ? id : idOf(row['test_run_id']);
  if (id === undefined || runId === undefined) {
    records.problems.push({ kind: table, name: textOf(row['id']), reason: 'its id is no number' });
    return;
  }
  if (table === 'matre_test_runs') {
    records.runs.push(readRun(id, row, time));
    return;
  }
  const results = records.results.get(runId) ?? [];
  records.results.set(runId, results);
  results.push(readResult(id, row, time));
}

function readRun(id: number, row: SourceRow, time: ReadTime): PhpRun {
  return {
    id,
    environmentId: idOf(row['environment_id']) ?? 0,
    suiteId: idOf(row['suite_id']),
    userId: idOf(row['executed_by_id']),
    ...{ type: textOf(row['type']), status: textOf(row['status']), trigger: textOf(row['triggered_by']) },
    filter: optionalText(row['test_filter']),
    startedAt: time(row['started_at']),
    completedAt: time(row['completed_at']),
    errorMessage: messageOf(row['error_message']),
    createdAt: time(row['created_at']),
  };
}

function readResult(id: number, row: SourceRow, time: ReadTime): PhpResult {
  const seconds = Number(row['duration'] ?? Number.NaN);
  return {
    id,
    name: textOf(row['test_name']).trim(),
    testId: optionalText(row['test_id']),
    status: textOf(row['status']),
    durationMs: Number.isFinite(seconds) && seconds >= 0 ? Math.round(seconds * 1000) : undefined,
    message: messageOf(row['error_message']),
    screenshot: optionalText(row['screenshot_path']),
    output: optionalText(row['output_file_path']),
    createdAt: time(row['created_at']),
  };
}

const textOf = (value: string | null | undefined) => value ?? '';

function optionalText(value: string | null | undefined): string | undefined {
  const text = value?.trim();
  return text ? text : undefined;
}

const messageOf = (value: string | null | undefined) => optionalText(value)?.slice(0, maxMessageLength);

function idOf(value: string | null | undefined): number | undefined {
  return value && /^[1-9]\d{0,15}$/.test(value) ? Number(value) : undefined;
}

/** A column of TINYINT(1); some tools write bits. */
const flag = (value: string | null | undefined) => value === '1' || value === '\u0001';

const listOf = (value: string | null | undefined) => [
  ...new Set((value ?? '').split(/[\r\n,]+/).flatMap((part) => part.trim() || [])),
];

function parseJson(value: string | null | undefined): unknown {
  try {
    return JSON.parse(value ?? 'null');
  } catch {
    return undefined;
  }
}

function jsonObject(value: string | null | undefined): object {
  const parsed = parseJson(value);
  return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : {};
}

/** The texts of a list, or of the values of an object, which PHP makes of a list with a gap; none for null. `undefined` for another value. */
function jsonTexts(value: string | null | undefined): string[] | undefined {
  const parsed = parseJson(value);
  if (parsed === null) return [];
  if (typeof parsed !== 'object') return undefined;
  const texts = Object.values(parsed);
  return texts.every((text) => typeof text === 'string') ? texts : undefined;
}

function link(
  links: Map<number, number[]>,
  from: string | null | undefined,
  to: string | null | undefined,
): void {
  const [fromId, toId] = [idOf(from), idOf(to)];
  if (fromId === undefined || toId === undefined) return;
  const ids = links.get(fromId) ?? [];
  links.set(fromId, ids);
  ids.push(toId);
}
