/** A row of a table of the source: by column, each value as text; null for NULL. */
export type SourceRow = Readonly<Record<string, string | null>>;

/** The tables of php-matre that are read, and their columns. Others are not even decoded. */
export const sourceTables = {
  matre_test_environments: [
    ...[
      'id',
      'name',
      'code',
      'region',
      'base_url',
      'backend_name',
      'env_variables',
      'description',
      'is_active',
    ],
    // Older versions only.
    ...['admin_username', 'admin_password'],
  ],
  matre_global_env_variables: ['id', 'name', 'value', 'used_in_tests', 'description', 'environments'],
  matre_test_suites: [
    ...[
      'id',
      'name',
      'type',
      'description',
      'test_pattern',
      'excluded_tests',
      'cron_expression',
      'is_active',
    ],
    'estimated_duration',
  ],
  matre_test_suite_environments: ['test_suite_id', 'test_environment_id'],
  matre_cron_jobs: ['id', 'name', 'command', 'cron_expression', 'is_active'],
  matre_users: [
    ...['id', 'username', 'email', 'roles', 'password', 'is_active', 'is_totp_enabled'],
    ...['notifications_enabled', 'notification_trigger', 'notify_by_email', 'notify_by_slack'],
  ],
  matre_user_notification_environments: ['user_id', 'test_environment_id'],
  matre_notification_templates: ['id', 'channel', 'name', 'subject', 'body', 'is_active', 'updated_at'],
  matre_settings: ['id', 'site_name', 'enforce2fa'],
  matre_test_runs: [
    ...['id', 'environment_id', 'suite_id', 'executed_by_id', 'type', 'status', 'test_filter', 'started_at'],
    ...['completed_at', 'triggered_by', 'error_message', 'created_at'],
  ],
  matre_test_results: [
    ...[
      'id',
      'test_run_id',
      'test_name',
      'test_id',
      'status',
      'duration',
      'error_message',
      'screenshot_path',
    ],
    ...['output_file_path', 'created_at'],
  ],
} as const satisfies Record<string, readonly string[]>;

export type SourceTable = keyof typeof sourceTables;

export const isSourceTable = (name: string): name is SourceTable => Object.hasOwn(sourceTables, name);

/** A database of php-matre: a server, or a dump of one. */
export interface Source {
  /** Where it is, in words, without a password. */
  description: string;
  /**
   * The rows of all tables that exist, table by table; columns that the source lacks are missing. Within a table they are in the order of
   * their ids as far as the source keeps it. Read once.
   */
  rows(): AsyncIterable<{ table: SourceTable; row: SourceRow }>;
  close(): Promise<void>;
}
