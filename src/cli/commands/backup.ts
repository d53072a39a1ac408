import type { Command } from 'commander';
import { createLog } from '../../log.ts';
import { formatBytes } from '../../model/bytes.ts';
import { type CliContext, jsonOption, print } from '../cli-context.ts';
import { version } from '../version.ts';

export function registerBackup(command: Command, context: CliContext): void {
  command
    .argument('<file>', 'the file to write; it must not exist')
    .option('--no-files', 'without logs, screenshots and other files of runs')
    .option('--no-key', 'without the file of the secret key, to keep it in another place')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
With PostgreSQL, servers and workers may continue meanwhile. An embedded database must not be in use.
The file is complete when the command ends with 0; an interrupted backup leaves no such file. Files of runs in S3 are listed
in it, and stay in their bucket (docs/retention.md).

Example:
  matre backup /backup/matre-$(date +%F).tar.gz`,
    )
    .action(async (path: string, options: { files: boolean; key: boolean; json?: boolean }) => {
      const { backUp } = await import('../../app/backup.ts');
      const { files, key } = options;
      const report = await backUp(await context.config(), quietLog(), {
        path,
        files,
        key,
        version: version(),
      });
      print(context, options, report, ({ line }) => {
        const { bytes, rows, secretKey, objects } = report;
        line(`${path} is complete: ${rows} rows, ${report.files} files, ${formatBytes(bytes)}.`);
        if (objects.count > 0) {
          line(
            `It lists ${objects.count} objects in S3 (${formatBytes(objects.bytes)}), and does not have them: copy the bucket now, or keep its versions.`,
          );
        }
        if (secretKey) line('It has the secret key: anyone who reads the file can read all passwords in it.');
        else line('It does not have the secret key: keep that in another place.');
      });
    });
}

export function registerRestore(command: Command, context: CliContext): void {
  command
    .argument('<file>', 'a file of `matre backup`, of this or an earlier version')
    .option('--replace', 'lose what the database has now')
    .option('--keep-schema', 'leave the schema of the backup, to start an earlier matre afterwards')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Stop all servers, workers and schedulers first. The file is verified before anything is changed, and the database is
replaced in one transaction. Files that are in use now are moved to \`set-aside\` in the data folder. Then objects in S3 that
the backup lists are looked for, and missing ones named.

Example:
  matre restore /backup/matre-2026-03-01.tar.gz --replace`,
    )
    .action(async (path: string, options: { replace?: boolean; keepSchema?: boolean; json?: boolean }) => {
      const { restore } = await import('../../app/backup.ts');
      const { replace = false, keepSchema = false } = options;
      const report = await restore(await context.config(), quietLog(), { path, replace, keepSchema });
      print(context, options, report, ({ line }) => {
        const { createdAt, rows, setAside, objects } = report;
        line(`The backup of ${createdAt} is restored: ${rows} rows, ${report.files} files.`);
        line(`Files that were in use before are in ${setAside}.`);
        const { count, checked, reason } = objects;
        if (checked?.missing === 0) line(`All ${count} objects that it lists are in S3.`);
        else if (checked) {
          const { missing, runs, runCount } = checked;
          const first = runCount > runs.length ? `, the first ${runs.length} of them` : '';
          line(
            `${missing} of ${count} objects that it lists are not in S3. Files of ${runCount === 1 ? '1 run is' : `${runCount} runs are`} missing${first}: ${runs.join(', ')}. Copy them back into the bucket.`,
          );
        } else if (reason !== undefined) {
          line(`It lists ${count} objects in S3, which were not looked for: ${reason}.`);
        }
      });
    });
}

const quietLog = () => createLog({ level: 'warn' });
