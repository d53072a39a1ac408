import { readFile, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { Fault, toFault } from '../../faults/fault.ts';
import { isMissingFile } from '../../files/missing-file.ts';
import {
  type ChosenLevels,
  isAtLeast,
  type LintCode,
  type LintFinding,
  type LintLevel,
  type LintResult,
  lintCodes,
  lintLevels,
  lintRules,
  withLevels,
} from '../../model/lint.ts';
import {
  compareWithBaseline,
  formatLintBaseline,
  lintBaselineFile,
  parseLintBaseline,
} from '../../model/lint-baseline.ts';
import { collectFindings } from '../../model/lint-pages.ts';
import { checkLint } from '../../operations/lint/lint.ts';
import { lintJunit } from '../../report/lint-junit.ts';
import { lintSarif } from '../../report/lint-sarif.ts';
import { type CliContext, jsonOption } from '../cli-context.ts';
import { findLintPlace, type LintPlaceOptions } from '../client/lint-place.ts';
import { exitCodes } from '../exit-codes.ts';
import { clean, plural } from '../output/format.ts';
import { lintAnnotation } from '../output/github.ts';
import { printTable } from '../output/table.ts';
import type { Output } from '../output/terminal.ts';
import { writeReport } from '../output/write-report.ts';
import { version } from '../version.ts';

/** 10,000 findings have 4 MB. */
const maxBaselineBytes = 64 * 1024 * 1024;

const helpFooter = `
Reads the XML of the tests and says what is wrong: references to what does not exist, step keys that are there twice,
selectors that no browser understands, tests that check nothing, sleeps, deprecated and unused parts. References lead to
the data, sections and action groups of all modules, so a Magento tree is read, too: that of --tree, else the one that the
folder is in, else that of the image of --env or of the settings, which comes from the server. Without a path, --env and
--ref check the test modules of an environment there.

The exit code is 0 without findings of the level of --fail-on, 1 with some, 2 when the files cannot be read.

A module that has findings already starts with a baseline: --write-baseline writes them into a file, and --baseline leaves
them out from then on. Findings are identified by what they are about, so they may move to other lines and files.

Examples:
  matre lint --tree ../magento --github --sarif lint.sarif
  matre lint ../magento/app/code/Acme/Shop --level NO_ASSERTION=error --level ELEMENT_UNUSED=off
  matre lint --tree ../magento --write-baseline; matre lint --tree ../magento --baseline ${lintBaselineFile}
  matre lint -e preprod-us --ref feature/cart
  matre lint --rules`;

interface LintOptions extends LintPlaceOptions {
  level?: ChosenLevels;
  failOn: LintLevel | 'never';
  junit?: string;
  sarif?: string;
  github?: boolean;
  baseline?: string;
  writeBaseline?: boolean;
  rules?: boolean;
  json?: boolean;
}

export function registerLint(command: Command, context: CliContext): void {
  command
    .argument('[path]', 'the folder of a test module, of several, or a Magento root (default: this folder)')
    .option('--tree <folder>', 'the root of a Magento with the modules that the tests refer to')
    .option(
      '--target <folder>',
      'the place of a folder outside of the tree (default: that of MATRE_MODULE_TARGET)',
    )
    .option(
      '-e, --env <code>',
      'the test modules of an environment; with a path, the Magento tree of its image',
    )
    .option('--ref <ref>', 'at a branch, tag or commit of the first test module, without a path')
    .option(
      '--level <code=level>',
      `the level of a rule: ${[...lintLevels, 'off'].join(', ')}; can be repeated`,
      addLevel,
    )
    .addOption(
      new Option('--fail-on <level>', 'the lowest level with which the command fails')
        .choices([...lintLevels, 'never'])
        .default('error'),
    )
    .option('--baseline <file>', 'leave out the findings that this file has')
    .option('--write-baseline', `write all findings into the file of --baseline, or ${lintBaselineFile}`)
    .option('--junit <file>', 'write a JUnit report')
    .option('--sarif <file>', 'write a SARIF 2.1.0 report, for code scanning')
    .option('--github', 'print annotations of GitHub Actions')
    .option('--rules', 'print the rules and their levels, and check nothing')
    .addOption(jsonOption())
    .addHelpText('after', helpFooter)
    .action(async (path: string | undefined, options: LintOptions) => {
      if (options.rules) {
        printRules(context.terminal.stdout, options.level ?? {});
        return;
      }
      const result = await check(context, path, options);
      const findings = withLevels(result.findings, options.level ?? {});
      await report(context, { ...result, findings }, options);
    });
}

async function check(
  context: CliContext,
  path: string | undefined,
  options: LintOptions,
): Promise<LintResult> {
  const isOfServer = path === undefined && (options.env !== undefined || options.ref !== undefined);
  const place = await findLintPlace(context, isOfServer ? undefined : (path ?? '.'), options);
  if ('server' in place) {
    return context.withCaller((caller) =>
      collectFindings(
        (offset) => caller.call(checkLint, { ...place.server, offset }),
        (page, first) => page.commit.id === first.commit.id,
      ),
    );
  }
  const { lintFolder } = await import('../../app/lint-folder.ts');
  return fromHere(path ?? '.', await lintFolder(place.folders));
}

/** `CODE=level` of a flag that can be repeated. */
function addLevel(text: string, earlier: ChosenLevels = {}): ChosenLevels {
  const [code = '', level = ''] = text.split('=');
  if (!lintCodes.includes(code as LintCode)) {
    throw new InvalidArgumentError(`There is no rule "${clean(code)}". \`matre lint --rules\` lists all.`);
  }
  if (level !== 'off' && !lintLevels.includes(level as LintLevel)) {
    throw new InvalidArgumentError(`The level must be ${lintLevels.join(', ')} or off.`);
  }
  return { ...earlier, [code]: level };
}

/** The findings with paths from the working folder, as tools of a repository expect them; as they are for folders outside of it. */
function fromHere(folder: string, result: LintResult): LintResult {
  const prefix = relative('.', resolve(folder)).split(sep).join('/');
  if (prefix === '' || prefix.startsWith('..')) return result;
  return { ...result, findings: result.findings.map((each) => ({ ...each, path: join(prefix, each.path) })) };
}

async function report(context: CliContext, result: LintResult, options: LintOptions): Promise<void> {
  const { stdout } = context.terminal;
  if (options.writeBaseline) {
    const file = options.baseline ?? lintBaselineFile;
    await writeReport(file, formatLintBaseline(result.findings));
    stdout.line(`${plural(result.findings.length, 'finding')} written to ${file}.`);
    return;
  }
  const { added, inBaseline, outdated } = await withoutBaseline(result.findings, options.baseline);
  const failOn = options.failOn === 'never' ? undefined : options.failOn;
  const isFailed = failOn !== undefined && added.some(({ level }) => isAtLeast(level, failOn));
  context.exitCode = isFailed ? exitCodes.failed : exitCodes.passed;
  if (options.junit !== undefined) await writeReport(options.junit, lintJunit(added, failOn));
  if (options.sarif !== undefined) await writeReport(options.sarif, lintSarif(added, version()));
  if (options.json) {
    const { files, treeFiles } = result;
    const document = {
      exitCode: context.exitCode,
      files,
      treeFiles,
      inBaseline,
      outdated,
      findings: added,
    };
    stdout.line(JSON.stringify(document, undefined, 2));
    return;
  }
  for (const finding of added)
    stdout.line(options.github ? lintAnnotation(finding) : lineOf(stdout, finding));
  printTotals(stdout, result, { added, inBaseline, outdated });
}

function lineOf({ paint }: Output, { code, level, path, line, message }: LintFinding): string {
  const colour = level === 'error' ? paint.red : level === 'warning' ? paint.yellow : paint.dim;
  return `${clean(path)}:${line}: ${colour(level)} ${clean(message)} ${paint.dim(code)}`;
}

function printTotals(
  output: Output,
  { files, treeFiles }: LintResult,
  { added, inBaseline, outdated }: { added: readonly LintFinding[]; inBaseline: number; outdated: number },
): void {
  const counts = lintLevels.map((level) => {
    return plural(added.filter((finding) => finding.level === level).length, level);
  });
  output.line(
    `${counts.join(', ')} in ${plural(files, 'file')}; ${plural(treeFiles, 'file')} read with the tree.`,
  );
  if (inBaseline > 0) output.line(`${plural(inBaseline, 'finding')} of the baseline left out.`);
  if (outdated > 0)
    output.line(
      `${plural(outdated, 'finding')} of the baseline ${outdated === 1 ? 'is' : 'are'} outdated; write it again.`,
    );
}

function printRules(output: Output, levels: ChosenLevels): void {
  printTable(
    output,
    [
      { heading: 'Rule', text: (code) => code },
      { heading: 'Level', text: (code) => levels[code] ?? lintRules[code][0] },
      { heading: 'Finds', text: (code) => lintRules[code][1] },
    ],
    lintCodes,
  );
}

async function withoutBaseline(findings: LintFinding[], file: string | undefined) {
  if (file === undefined) return { added: findings, inBaseline: 0, outdated: 0 };
  try {
    if ((await stat(file)).size > maxBaselineBytes) throw new Error('it is too large');
    return compareWithBaseline(findings, parseLintBaseline(await readFile(file, 'utf8')));
  } catch (error) {
    const reason = isMissingFile(error)
      ? 'it does not exist; --write-baseline writes it'
      : `it is not one of matre lint (${toFault(error).message.slice(0, 200)})`;
    throw new Fault('INPUT_INVALID', `The baseline ${file} cannot be read: ${reason}.`, { cause: error });
  }
}
