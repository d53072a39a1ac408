/** A row of a table of the source: by column, each value as text; null for NULL. */
export type SourceRow = Readonly<Record<string, string | null>>;

/**
 * The tables of php-matre that are read, and their columns. Others are not even decoded. `columns` are those of every version since its
 * tables are named `matre_...`; a version may lack those of `others`.
 */
export const sourceTables = {
  matre_test_environments: {
    columns: ['id', 'name', 'code', 'region', 'base_url', 'backend_name', 'env_variables', 'is_active'],
    others: ['description', 'admin_username', 'admin_password'],
  },
  matre_global_env_variables: {
    columns: ['id', 'name', 'value'],
    others: ['used_in_tests', 'description', 'environments'],
  },
  matre_test_suites: {
    columns: ['id', 'name', 'type', 'test_pattern', 'cron_expression', 'is_active'],
    others: ['description', 'excluded_tests'],
  },
  matre_test_suite_environments: { columns: ['test_suite_id', 'test_environment_id'], others: [] },
  matre_cron_jobs: { columns: ['id', 'name', 'command', 'cron_expression', 'is_active'], others: [] },
  matre_users: {
    columns: ['id', 'username', 'email', 'roles', 'password', 'is_active'],
    others: [
      ...['is_totp_enabled', 'notifications_enabled', 'notification_trigger'],
      ...['notify_by_email', 'notify_by_slack'],
    ],
  },
  matre_user_notification_environments: { columns: ['user_id', 'test_environment_id'], others: [] },
  matre_notification_templates: {
    columns: ['id', 'channel', 'name', 'subject', 'body', 'is_active', 'updated_at'],
    others: [],
  },
  matre_settings: { columns: ['id', 'site_name'], others: ['enforce2fa'] },
  matre_test_runs: {
    columns: [
      ...['id', 'environment_id', 'suite_id', 'type', 'status', 'test_filter', 'started_at', 'completed_at'],
      ...['triggered_by', 'error_message', 'created_at'],
    ],
    others: ['executed_by_id'],
  },
  matre_test_results: {
    columns: ['id', 'test_run_id', 'test_name', 'status', 'duration', 'error_message', 'created_at'],
    others: ['test_id', 'screenshot_path', 'output_file_path'],
  },
} as const satisfies Record<string, { columns: readonly string[]; others: readonly string[] }>;

export type SourceTable = keyof typeof sourceTables;

export const sourceTableNames = Object.keys(sourceTables) as SourceTable[];

export const isSourceTable = (name: string): name is SourceTable => Object.hasOwn(sourceTables, name);

/** The columns of a table that are read. */
export function columnsToRead(table: SourceTable): ReadonlySet<string> {
  const { columns, others } = sourceTables[table];
  return new Set([...columns, ...others]);
}

/** A database of php-matre: a server, or a dump of one. */
export interface Source {
  /** Where it is, in words, without a password. */
  description: string;
  /**
   * The rows of all tables that exist, table by table; columns that the source lacks are missing. Within a table they are in the order of
   * their ids as far as the source keeps it. Read once.
   */
  rows(): AsyncIterable<{ table: SourceTable; row: SourceRow }>;
  /** The tables that it has, and their columns that are read, as far as it was read. */
  columns: ReadonlyMap<SourceTable, readonly string[]>;
  close(): Promise<void>;
}
