/** A php-matre as rows of its tables, and a dump of it as mysqldump writes one. */

/** By table, and by column; a missing column has its default of `tables`. */
export type PhpRows = Record<string, Record<string, string | number | null>[]>;

/** The columns of the tables, with the types that MariaDB gives them, and the default of rows here. */
export const phpTables: Readonly<
  Record<string, Readonly<Record<string, [type: string, value: string | number | null]>>>
> = {
  matre_cron_jobs: {
    id: ['int', 0],
    name: ['varchar(100)', ''],
    command: ['varchar(255)', ''],
    cron_expression: ['varchar(100)', '* * * * *'],
    is_active: ['tinyint', 1],
    last_output: ['longtext', null],
  },
  matre_global_env_variables: {
    id: ['int', 0],
    name: ['varchar(100)', ''],
    value: ['longtext', ''],
    used_in_tests: ['longtext', null],
    description: ['varchar(500)', null],
    environments: ['json', null],
  },
  matre_notification_templates: {
    id: ['int', 0],
    channel: ['varchar(20)', 'slack'],
    name: ['varchar(100)', ''],
    subject: ['varchar(255)', null],
    body: ['longtext', ''],
    is_active: ['tinyint', 1],
    updated_at: ['datetime', null],
  },
  matre_settings: { id: ['int', 1], site_name: ['varchar(255)', 'ATR'], enforce2fa: ['tinyint', 0] },
  matre_test_environments: {
    id: ['int', 0],
    name: ['varchar(50)', ''],
    code: ['varchar(20)', ''],
    region: ['varchar(10)', 'us'],
    base_url: ['varchar(500)', ''],
    backend_name: ['varchar(100)', 'admin'],
    env_variables: ['json', '[]'],
    description: ['longtext', null],
    is_active: ['tinyint', 1],
  },
  // In the order of mysqldump: results come before their runs.
  matre_test_results: {
    id: ['int', 0],
    test_run_id: ['int', 0],
    test_name: ['varchar(255)', ''],
    test_id: ['varchar(50)', null],
    status: ['varchar(20)', 'passed'],
    duration: ['double', null],
    error_message: ['longtext', null],
    screenshot_path: ['varchar(500)', null],
    output_file_path: ['varchar(500)', null],
    created_at: ['datetime', '2026-02-01 02:00:00'],
  },
  matre_test_runs: {
    id: ['int', 0],
    environment_id: ['int', 1],
    suite_id: ['int', null],
    executed_by_id: ['int', null],
    type: ['varchar(20)', 'mftf'],
    status: ['varchar(20)', 'completed'],
    test_filter: ['varchar(255)', null],
    started_at: ['datetime', null],
    completed_at: ['datetime', null],
    triggered_by: ['varchar(20)', 'manual'],
    error_message: ['longtext', null],
    output: ['longtext', null],
    created_at: ['datetime', '2026-02-01 02:00:00'],
  },
  matre_test_suite_environments: { test_suite_id: ['int', 0], test_environment_id: ['int', 0] },
  matre_test_suites: {
    id: ['int', 0],
    name: ['varchar(100)', ''],
    type: ['varchar(30)', 'mftf_group'],
    description: ['longtext', null],
    test_pattern: ['varchar(255)', ''],
    excluded_tests: ['longtext', null],
    cron_expression: ['varchar(100)', null],
    is_active: ['tinyint', 1],
    estimated_duration: ['int', null],
  },
  matre_user_notification_environments: { user_id: ['int', 0], test_environment_id: ['int', 0] },
  matre_users: {
    id: ['int', 0],
    username: ['varchar(25)', ''],
    email: ['varchar(180)', ''],
    roles: ['json', '["ROLE_USER"]'],
    password: ['varchar(255)', ''],
    is_active: ['tinyint', 1],
    is_totp_enabled: ['tinyint', 0],
    notifications_enabled: ['tinyint', 0],
    notification_trigger: ['varchar(20)', 'failures'],
    notify_by_email: ['tinyint', 1],
    notify_by_slack: ['tinyint', 1],
  },
  messenger_messages: { id: ['bigint', 0], body: ['longtext', ''] },
};

/** The CREATE TABLE statement of a table. */
export function createTable(name: string): string {
  const columns = Object.entries(phpTables[name] ?? {}).map(
    ([column, [type]]) => `  \`${column}\` ${type} DEFAULT NULL`,
  );
  return `CREATE TABLE \`${name}\` (\n${columns.join(',\n')}\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`;
}

/** The values of a row in the order of the columns. */
export function valuesOf(table: string, row: PhpRows[string][number]): (string | number | null)[] {
  return Object.entries(phpTables[table] ?? {}).map(([column, [, value]]) =>
    row[column] === undefined ? value : row[column],
  );
}

const escapes: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\n': '\\n',
  '\r': '\\r',
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '\x1a': '\\Z',
};

const quoted = (text: string) =>
  `'${text.replace(/[\0\n\r\\'"\x1a]/g, (character) => escapes[character] ?? '')}'`;

const literal = (value: string | number | null) =>
  value === null ? 'NULL' : typeof value === 'number' ? String(value) : quoted(value);

/** The text of a dump. `rowsPerStatement`: as --extended-insert makes them. */
export function dumpOf(rows: PhpRows, { rowsPerStatement = 1_000 } = {}): string {
  const parts = [
    '/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19\n\n/*!40101 SET NAMES utf8mb4 */;\n',
    "/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;\n",
  ];
  for (const table of Object.keys(phpTables)) {
    parts.push(`\n--\n-- Table structure for table \`${table}\`\n--\n\nDROP TABLE IF EXISTS \`${table}\`;\n`);
    parts.push(`/*!40101 SET character_set_client = utf8mb4 */;\n${createTable(table)};\n`);
    const own = rows[table] ?? [];
    if (own.length === 0) continue;
    parts.push(`LOCK TABLES \`${table}\` WRITE;\n/*!40000 ALTER TABLE \`${table}\` DISABLE KEYS */;\n`);
    for (let first = 0; first < own.length; first += rowsPerStatement) {
      const lines = own
        .slice(first, first + rowsPerStatement)
        .map((row) => `(${valuesOf(table, row).map(literal).join(',')})`);
      parts.push(`INSERT INTO \`${table}\` VALUES\n${lines.join(',\n')};\n`);
    }
    parts.push('UNLOCK TABLES;\n');
  }
  parts.push('-- Dump completed on 2026-02-01  2:00:00\n');
  return parts.join('');
}
