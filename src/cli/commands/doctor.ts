import type { Command } from 'commander';
import { fixDoctor, type ReportView, showDoctor } from '../../operations/system/doctor.ts';
import { type CliContext, jsonOption, print } from '../cli-context.ts';
import { clean, durationText, plural } from '../output/format.ts';
import type { Output } from '../output/terminal.ts';

export function registerDoctor(program: Command, context: CliContext): void {
  program
    .command('doctor')
    .description('check for all known problems, and show how to fix them')
    .option('-e, --env <code>', 'only checks of this environment')
    .option('--fix', 'fix what is safe to fix: only things of this installation that no run uses')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExit code 0 if every check was completed without a problem, else 2; a warning is not a problem. docs/troubleshooting.md\nlists all checks and codes.\n' +
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
  const indent = ' '.repeat(markWidth + width + 3);
  const obstacles = new Set<string>();
  for (const { name, findings, healed } of checks) {
    for (const [index, finding] of findings.entries()) {
      const heading = (index === 0 ? name : '').padEnd(width);
      // What keeps one check from its answer, such as a missing engine, keeps all that need it: written once.
      const isRepeated = finding.standing === 'unknown' && obstacles.has(finding.found);
      obstacles.add(finding.found);
      const text = isRepeated ? 'Could not be checked either, for the same reason.' : findingText(finding);
      output.line(`${mark(output, finding.standing)} ${heading}  ${text}`);
      const { meaning, remedy } = finding;
      if (meaning !== null) output.line(indent + clean(meaning));
      if (remedy !== null) output.line(indent + output.paint.bold(clean(remedy)));
    }
    for (const text of healed) output.line(`${indent}${output.paint.green('Fixed:')} ${clean(text)}`);
  }
  output.line();
  const problems = checks.flatMap(({ findings }) =>
    findings.filter(({ standing }) => standing === 'problem'),
  );
  const fixable = problems.filter((finding) => finding.fixable).length;
  const hint = fixable > 0 ? ` --fix can fix ${fixable} of them.` : '';
  const unknown = checks.filter(({ standing }) => standing === 'unknown').length;
  const incomplete = unknown > 0 ? ` ${plural(unknown, 'check')} could not be completed.` : '';
  const warnings = checks.filter(({ standing }) => standing === 'warning').length;
  const warningText = warnings > 0 ? ` ${plural(warnings, 'check')} with a warning.` : '';
  const text = healthy
    ? output.paint.green(
        `No problems found in ${checks.length} checks (${durationText(tookMs)}).${warningText}`,
      )
    : output.paint.red(
        `${plural(problems.length, 'problem')} found (${durationText(tookMs)}).${incomplete}${hint}`,
      );
  output.line(text);
}

/** The words of the page for the same. */
const marks = { well: 'ok', warning: 'warning', problem: 'problem', unknown: 'not checked' } as const;
const markWidth = Math.max(...Object.values(marks).map((word) => word.length));

function mark({ paint }: Output, standing: Finding['standing']): string {
  const colour = { well: paint.green, warning: paint.yellow, problem: paint.red, unknown: paint.yellow };
  return colour[standing](marks[standing].padEnd(markWidth));
}

function findingText({ about, found, code }: Finding): string {
  return `${about === null ? '' : `${clean(about)}: `}${clean(found)}${code === null ? '' : ` (${code})`}`;
}
