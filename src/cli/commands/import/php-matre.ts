import { readFile, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { type Command, Option } from 'commander';
import type { ImportReport, PhpMatreImport } from '../../../app/import.ts';
import { Fault, toFault } from '../../../faults/fault.ts';
import { asSentence } from '../../../faults/sentence.ts';
import { exists } from '../../../files/exists.ts';
import { createLog } from '../../../log.ts';
import { hideCredentials } from '../../../model/address/dsn.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { requester } from '../../client/requester.ts';
import { parseSince } from '../../since.ts';
import { printReport } from './report.ts';

const helpFooter = `
Imports environments, variables, users, suites (as saved selections), cron expressions and cron jobs (as schedules),
notification settings, templates, and the history of runs. docs/moving.md goes through all of it.

The source is a dump, or a database server: that of --database, of MATRE_IMPORT_DATABASE, or of DB_HOST and the other
DB_* settings in the file of --env. matre only reads there, as of one moment, while php-matre may continue. The address
of --database has no password: it comes from --password-file (- is standard input), from MATRE_IMPORT_PASSWORD, or is
DB_PASS of the file.

What is configured is imported in one transaction, then each submission with its runs. A second import adds what is new
there and changes what was changed there; what was changed here stays and is listed. --check compares only, and ends
with 1 when something differs. With the embedded database, stop \`matre up\` first.

Examples:
  matre import php-matre --dump matre.sql.gz --env /srv/matre/.env --module path/to/test-module --dry-run
  matre import php-matre --database mysql://matre@127.0.0.1:33067/matre --password-file secret.txt --env .env`;

interface Options {
  dump?: string;
  database?: string;
  passwordFile?: string;
  env?: string;
  module?: string;
  files?: string;
  settings?: string;
  name: string;
  timeZone: string;
  since?: Date;
  history: boolean;
  overwrite?: boolean;
  paused?: boolean;
  dryRun?: boolean;
  check?: boolean;
  json?: boolean;
}

export function registerPhpMatre(command: Command, context: CliContext): void {
  command
    .command('php-matre')
    .description('import the data of php-matre from its MariaDB, or from a dump of it')
    .addOption(
      new Option('--dump <file>', 'a dump of mariadb-dump or mysqldump, possibly .gz').conflicts('database'),
    )
    .option('--database <url>', 'the database: mysql://USER@HOST:PORT/NAME, with ?tls=true for TLS')
    .option('--password-file <file>', 'the file with the password of the database; - for standard input')
    .option('--env <file>', 'the .env of php-matre')
    .option('--module <folder>', 'the test module, whose Cron/data/.env.<code> have values that win there')
    .option('--files <folder>', 'the folder var of php-matre, for screenshots and logs of runs')
    .option('--settings <file>', 'write the settings of its .env as settings of matre to a new file')
    .option('--name <name>', 'the name of the installation, if you import from several', 'php-matre')
    .option('--time-zone <zone>', 'the time zone of its PHP, for its times and cron expressions', 'UTC')
    .option(
      '--since <time>',
      'only runs since then: a day such as 2026-03-01, or an age such as 90d',
      (text: string) => parseSince(text),
    )
    .option('--no-history', 'without runs and results')
    .option('--overwrite', 'also change what was changed or removed here')
    .option('--paused', 'add schedules paused and channels switched off: php-matre still fires and sends')
    .addOption(new Option('--dry-run', 'only show what would become what').conflicts('check'))
    .option('--check', 'only compare: list what differs; ends with 1 when something does')
    .addOption(jsonOption())
    .addHelpText('after', helpFooter)
    .action((options: Options) => importPhpMatre(context, options));
}

async function importPhpMatre(context: CliContext, options: Options): Promise<void> {
  const { importInto, readEnvValues, formatSettings } = await import('../../../app/import.ts');
  const settings = options.env === undefined ? new Map<string, string>() : await readEnvValues(options.env);
  const mode = options.check ? 'check' : options.dryRun ? 'dry-run' : 'apply';
  if (options.settings !== undefined) await assertAbsent(options.settings);
  const source = await sourceOf(context, options, settings);
  const report = await importInto(await context.config(), createLog({ level: 'warn' }), {
    ...{ settings, mode, name: nameOf(options.name), zone: options.timeZone, history: options.history },
    ...{ module: options.module, files: options.files, overwrite: options.overwrite === true },
    paused: options.paused === true,
    ...{ source, since: options.since },
    by: { name: requester(process.env), role: 'admin', via: 'local' },
  });
  print(context, options, shown(report), (output) => printReport(output, report));
  if (options.settings !== undefined) await writeNewFile(options.settings, formatSettings(report.settings));
  if (mode === 'check' && report.differences > 0) context.exitCode = 1;
}

/** Without the values of secret settings, and without passwords in addresses. */
const shown = ({ settings, ...report }: ImportReport) => ({
  ...report,
  settings: settings.map(({ value, secret, ...setting }) => ({
    ...setting,
    secret,
    value: secret ? null : hideCredentials(value),
  })),
});

/** Errors: INPUT_INVALID. */
function nameOf(name: string): string {
  if (/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,99}$/u.test(name)) return name;
  throw new Fault('INPUT_INVALID', '--name must be letters, digits, blanks and . _ -, at most 100.');
}

/** Errors: INPUT_INVALID. */
async function sourceOf(
  { terminal }: CliContext,
  { dump, database, passwordFile, env }: Options,
  settings: ReadonlyMap<string, string>,
): Promise<PhpMatreImport['source']> {
  const { parseConnectionUrl } = await import('../../../app/import.ts');
  if (dump !== undefined) return { dump };
  const { MATRE_IMPORT_DATABASE: variable, MATRE_IMPORT_PASSWORD: ofVariable } = terminal.env;
  const url = database ?? variable;
  const ofFile = passwordFile === undefined ? undefined : await readPasswordFile(passwordFile, terminal);
  const password = ofFile ?? ofVariable;
  if (url) {
    const target = parseConnectionUrl(url);
    if (database !== undefined && target.password !== '') {
      const message = '--database must have no password, which other users of this machine could read.';
      throw new Fault('INPUT_INVALID', `${message} Use --password-file or MATRE_IMPORT_DATABASE.`);
    }
    return { ...target, password: password ?? (target.password || (settings.get('DB_PASS') ?? '')) };
  }
  const [host, user, name] = neededNames.map((key) => settings.get(key)?.trim());
  if (!host || !user || !name) throw noSource(env, settings);
  const port = Number(settings.get('DB_PORT') || '3306');
  return {
    host,
    port,
    user,
    database: name,
    tls: false,
    password: password ?? settings.get('DB_PASS') ?? '',
  };
}

/** What the .env must have when it is the source. */
const neededNames = ['DB_HOST', 'DB_USER', 'DB_NAME'];

function noSource(env: string | undefined, settings: ReadonlyMap<string, string>): Fault {
  const missing = neededNames.filter((name) => !settings.get(name)?.trim());
  const message =
    env === undefined
      ? `Name the source: --dump FILE, --database URL, or --env FILE with ${neededNames.join(', ')}.`
      : `${env} has no ${missing.join(', ')}, so it names no database: give --dump FILE or --database URL as well.`;
  return new Fault('INPUT_INVALID', message);
}

/** Errors: INPUT_INVALID. */
async function readPasswordFile(path: string, { stdin }: CliContext['terminal']): Promise<string> {
  try {
    const content = path === '-' ? await text(stdin) : await readFile(path, 'utf8');
    return content.replace(/\r?\n$/, '');
  } catch (error) {
    throw new Fault('INPUT_INVALID', asSentence(`${path} cannot be read: ${toFault(error).message}`), {
      cause: error,
    });
  }
}

/** Before the import: its report must not be lost because of the file. Errors: INPUT_INVALID. */
async function assertAbsent(path: string): Promise<void> {
  if (!(await exists(path))) return;
  throw new Fault(
    'INPUT_INVALID',
    `${path} exists, and --settings writes a new file only: name another one.`,
  );
}

/** Writes a file that only its owner can read. Errors: INPUT_INVALID when it exists. */
async function writeNewFile(path: string, content: string): Promise<void> {
  try {
    await writeFile(path, content, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    throw new Fault('INPUT_INVALID', asSentence(`${path} cannot be written: ${toFault(error).message}`), {
      cause: error,
    });
  }
}
