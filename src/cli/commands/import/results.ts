import type { Command } from 'commander';
import { createLog } from '../../../log.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { requester } from '../../client/requester.ts';
import { tally } from '../../output/format.ts';

const helpFooter = `
Each path is a folder of Allure results (\`*-result.json\`, \`*-testsuite.xml\`), which is one run, a JUnit file, which is one, or a
folder of JUnit files: those that share no test, with at most 30 minutes between two of them, are one run. They become finished runs of the environment, at the times that are in the files, so that
trends, classes of failures and the history of Allure do not begin at zero. docs/reports.md has the details.

All files are read before anything is written; a damaged one, or an attachment that is missing or outside of the folder, ends
the import. An import of the same files again changes nothing; more JUnit files of an execution are added to its run. With the embedded database, stop \`matre up\` first.

Examples:
  matre import results -e preprod-us allure-results --dry-run
  matre import results -e preprod-us nights/*.xml`;

export function registerResults(command: Command, context: CliContext): void {
  command
    .command('results')
    .description('import folders of Allure results or JUnit files as past runs of an environment')
    .argument('<path...>', 'folders or files')
    .requiredOption('-e, --env <code>', 'environment')
    .option('--without-files', 'import the results without screenshots and other attachments')
    .option('--dry-run', 'only read everything, and show what would be imported')
    .addOption(jsonOption())
    .addHelpText('after', helpFooter)
    .action(
      async (
        paths: string[],
        options: { env: string; withoutFiles?: boolean; dryRun?: boolean; json?: boolean },
      ) => {
        const { importResults } = await import('../../../app/import-results.ts');
        const dryRun = options.dryRun === true;
        const runs = await importResults(await context.config(), createLog({ level: 'warn' }), {
          ...{ paths, environment: options.env, dryRun, withoutFiles: options.withoutFiles === true },
          by: { name: requester(context.terminal.env), role: 'admin', via: 'local' },
        });
        const document = { runs: runs.map((run) => ({ ...run, run: run.run ?? null })) };
        print(context, options, document, (output) => {
          for (const { name, run, isRepeated, added, finishedAt, counts, files } of runs) {
            const verb = dryRun ? 'would be' : 'was';
            const outcome = isRepeated
              ? `is run ${run} already`
              : added > 0
                ? `${verb} added to run ${run} (${added} new results)`
                : `${verb} imported${run === undefined ? '' : ` as run ${run}`}`;
            output.line(
              `${name} of ${finishedAt.toISOString().slice(0, 16)} ${outcome}: ${tally(counts)}, ${files} files`,
            );
          }
        });
      },
    );
}
