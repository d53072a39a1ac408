import type { Command } from 'commander';
import { fixDoctor, type ReportView, showDoctor } from '../../operations/system/doctor.ts';
import { type CliContext, jsonOption, print } from '../cli-context.ts';
import { clean, span } from '../output/format.ts';
import type { Output } from '../output/terminal.ts';

export function registerDoctor(program: Command, context: CliContext): void {
  program
    .command('doctor')
    .description('look for every known cause of trouble, and say what mends it')
    .option('-e, --env <code>', 'only what concerns this environment')
    .option('--fix', 'mend what can be mended safely: only what is ours, and nothing that a run uses')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nEnds with 0 when every check could look and found no problem, else with 2; a warning is none. docs/troubleshooting.md has all checks and codes.\n' +
        '\nExamples:\n  matre doctor\n  matre doctor --env preprod-us --fix',
    )
    .action(async ({ env: environment, fix, ...options }) => {
      const operation = fix ? fixDoctor : showDoctor;
      const report = await context.withCaller((caller) => caller.call(operation, { environment }));
      print(context, options, report, (output) => printReport(output, report));
      if (!report.healthy) context.exitCode = 2;
    });
}

type Finding = ReportView['checks'][number]['findings'][number];

function printReport(output: Output, { checks, healthy, tookMs }: ReportView): void {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const indent = ' '.repeat(width + 6);
  for (const { name, findings, healed } of checks) {
    for (const [index, finding] of findings.entries()) {
      const heading = (index === 0 ? name : '').padEnd(width);
      output.line(`${mark(output, finding.standing)} ${heading}  ${told(finding)}`);
      const { meaning, remedy } = finding;
      if (meaning !== null) output.line(indent + clean(meaning));
      if (remedy !== null) output.line(indent + output.paint.bold(clean(remedy)));
    }
    for (const text of healed) output.line(`${indent}${output.paint.green('Mended:')} ${clean(text)}`);
  }
  output.line();
  const problems = checks.flatMap(({ findings }) =>
    findings.filter(({ standing }) => standing === 'problem'),
  );
  const fixable = problems.filter((finding) => finding.fixable).length;
  const hint = fixable > 0 ? ` --fix can mend ${fixable} of them.` : '';
  const unknown = checks.filter(({ standing }) => standing === 'unknown').length;
  const open = unknown > 0 ? ` ${unknown} checks could not look.` : '';
  const warnings = checks.filter(({ standing }) => standing === 'warning').length;
  const minded = warnings > 0 ? ` ${warnings} have a warning.` : '';
  const text = healthy
    ? output.paint.green(`No problem was found in ${checks.length} checks (${span(tookMs)}).${minded}`)
    : output.paint.red(`${problems.length} problems were found (${span(tookMs)}).${open}${hint}`);
  output.line(text);
}

function mark({ paint }: Output, standing: Finding['standing']): string {
  if (standing === 'well') return paint.green('ok ');
  if (standing === 'warning') return paint.yellow('!  ');
  return standing === 'problem' ? paint.red('BAD') : paint.yellow('?  ');
}

function told({ about, found, code }: Finding): string {
  return `${about === null ? '' : `${clean(about)}: `}${clean(found)}${code === null ? '' : ` (${code})`}`;
}
