import type { Command } from 'commander';
import { fixDoctor, type ReportView, showDoctor } from '../../operations/system/doctor.ts';
import { type CliContext, jsonOption, print } from '../cli-context.ts';
import { clean, durationText, plural } from '../output/format.ts';
import type { Output } from '../output/terminal.ts';

export function registerDoctor(command: Command, context: CliContext): void {
  command
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

type Check = ReportView['checks'][number];
type Finding = Check['findings'][number];

/** Exported for its test. */
export function printReport(output: Output, { checks, healthy, tookMs }: ReportView): void {
  const obstacles = new Set<string>();
  for (const { name, label, findings, groups, healed } of checks) {
    for (const [index, group] of groups.entries()) {
      const [first] = group.findings.flatMap((position) => findings[position] ?? []);
      if (!first) continue;
      // What keeps one check from its answer, such as a missing engine, keeps all that need it: written once.
      const isRepeated = group.standing === 'unknown' && obstacles.has(first.found);
      obstacles.add(first.found);
      const heading = index === 0 ? { name, label: output.paint.bold(capitalised(label)) } : undefined;
      const text = isRepeated
        ? `${heading ? `${heading.label} (${name}). ` : ''}Could not be checked either, for the same reason.`
        : groupText(group, first, heading);
      output.line(`${mark(output, group.standing)} ${text}`);
      if (group.title !== null) {
        if (group.found !== null && !isRepeated) output.line(indent + clean(group.found));
        output.line(
          indent + namesText(group.findings.flatMap((position) => findings[position]?.about ?? [])),
        );
      }
      if (first.meaning !== null) output.line(indent + clean(first.meaning));
      if (group.remedy !== null) output.line(indent + output.paint.bold(clean(group.remedy)));
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

const indent = ' '.repeat(markWidth + 1);

/** The first line of a group; that of the first group of a check has the name and the label of the check. */
function groupText(
  { title, standing }: Check['groups'][number],
  { about, found, code }: Finding,
  heading: { name: string; label: string } | undefined,
): string {
  const isNamed = standing === 'problem' || standing === 'warning';
  // The title of problems contains the label.
  if (title !== null && isNamed) {
    const names = [heading?.name, code].flatMap((each) => each ?? []);
    return `${title}${names.length > 0 ? ` (${names.join(', ')})` : ''}`;
  }
  const text = title ?? `${about === null ? '' : `${clean(about)}: `}${clean(found)}`;
  const start = heading === undefined ? '' : `${heading.label} (${heading.name}). `;
  return `${start}${text}${code === null ? '' : ` (${code})`}`;
}

/** The number of names that are written out. */
const shownNames = 10;

/** `e1, e2, e3 and 188 more` */
function namesText(names: readonly string[]): string {
  const rest = names.length - shownNames;
  const listed = names.slice(0, shownNames).map(clean).join(', ');
  return rest > 0 ? `${listed} and ${rest} more (--json has all)` : listed;
}

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
