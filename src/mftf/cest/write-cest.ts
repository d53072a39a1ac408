import type { Definitions, ResolvedStep, ResolvedTest } from '../resolver/model.ts';
import { annotationLines } from './annotations.ts';
import { type HelperSignatures, helperClasses, helperContainer } from './php-method-call.ts';
import { CestRefusal } from './refusal.ts';
import { type CestSettings, type Dialect, dialectOf } from './settings.ts';
import { refusalOfSkipped } from './skipped-test.ts';
import { type StepRemarks, stepLines } from './step-lines.ts';
import { cestStyle } from './style.ts';

export interface CestContext {
  definitions: Definitions;
  settings: CestSettings;
  helpers: HelperSignatures;
}

/**
 * The text of the Cest of a test in a suite, or in `default`. `classes` are those of the helpers that the Cests before it in the suite
 * use, which MFTF 3 creates in each Cest, too; those of this one are added to them. Throws CestRefusal for a step that cannot be
 * written.
 */
export function writeCest(
  test: ResolvedTest,
  suite: string,
  classes: Set<string>,
  context: CestContext,
): string {
  const { name } = test;
  const dialect = dialectOf(context.settings.version);
  const deprecated = context.definitions.test(name)?.attributes['deprecated'];
  const remarks: StepRemarks = {
    notices: deprecated === undefined ? [] : [deprecated],
    secrets: new Set(),
  };
  const helpers = dialect.sharedHelpers ? classes : new Set<string>();
  if (!test.skipped) addHelpers(test, helpers);
  const refusal = test.skipped ? refusalOfSkipped(test, context.definitions) : undefined;
  if (refusal !== undefined) throw new CestRefusal(refusal);
  const steps = test.skipped ? skipLines(test) : linesOf(test.steps, 'test', context, remarks);
  const hookRemarks: StepRemarks = { notices: [], secrets: remarks.secrets };
  const hooks = test.skipped ? [] : hookLines(test, context, hookRemarks, dialect);
  // MFTF says of it in the description of the test that it generates next (measured with 3.8 and 6.0).
  if (hookRemarks.notices.length > 0) throw new CestRefusal('A hook names something that is deprecated.');
  const secrets = dialect.secretsInDescription ? [...remarks.secrets] : [];
  const { ofClass, ofMethod } = annotationLines(test, remarks.notices, secrets);
  return [
    '<?php',
    `namespace Magento\\AcceptanceTest\\_${suite}\\Backend;`,
    '',
    ...useLines,
    '',
    '/**',
    ...ofClass.map((line) => ` * ${line}`),
    ' */',
    `class ${name}Cest`,
    '{',
    ...successLines,
    ...(helpers.size === 0 ? [''] : ['', ...helperSetUp([...helpers])]),
    ...hooks,
    '\t/**',
    ...ofMethod.map((line) => `\t * ${line}`),
    ...(dialect.hookMarks ? [] : ['\t * @Parameter(name = "AcceptanceTester", value="$I")']),
    '\t * @param AcceptanceTester $I',
    '\t * @return void',
    '\t * @throws \\Exception',
    '\t */',
    `\tpublic function ${name}(AcceptanceTester $I${test.skipped ? ', \\Codeception\\Scenario $scenario' : ''})`,
    '\t{',
    ...steps,
    '\t}',
    ...(test.skipped ? [] : passedLines),
    '}',
    '',
  ].join('\n');
}

const useLines = [
  'Magento\\FunctionalTestingFramework\\AcceptanceTester',
  '\\Codeception\\Util\\Locator',
  'Yandex\\Allure\\Adapter\\Annotation\\Features',
  'Yandex\\Allure\\Adapter\\Annotation\\Stories',
  'Yandex\\Allure\\Adapter\\Annotation\\Title',
  'Yandex\\Allure\\Adapter\\Annotation\\Description',
  'Yandex\\Allure\\Adapter\\Annotation\\Parameter',
  'Yandex\\Allure\\Adapter\\Annotation\\Severity',
  'Yandex\\Allure\\Adapter\\Model\\SeverityLevel',
  'Yandex\\Allure\\Adapter\\Annotation\\TestCaseId',
].map((name) => `use ${name};`);

const successLines = ['\t/**', '\t * @var bool', '\t */', '\tprivate $isSuccess = false;'];

const hookComment = ['\t/**', '\t  * @param AcceptanceTester $I', '\t  * @throws \\Exception', '\t  */'];

const passedLines = [
  '',
  '\tpublic function _passed(AcceptanceTester $I)',
  '\t{',
  '\t\t// Test passed successfully.',
  '\t\t$this->isSuccess = true;',
  '\t}',
];

const unlinkLines = ['\t\tif ($this->isSuccess) {', '\t\t\tunlink(__FILE__);', '\t\t}'];

function hookLines(
  test: ResolvedTest,
  context: CestContext,
  remarks: StepRemarks,
  { hookMarks }: Dialect,
): string[] {
  const lines: string[] = [];
  const method = (name: string, body: readonly string[]) =>
    lines.push(...hookComment, `\tpublic function ${name}(AcceptanceTester $I)`, '\t{', ...body, '\t}', '');
  const body = (hook: 'before' | 'after') => {
    const steps = test[hook] ?? [];
    const mark = (edge: string) =>
      hookMarks && steps.length > 0 ? [`\t\t$I->comment('[${edge} ${hook.toUpperCase()} HOOK]');`] : [];
    return [...mark('START'), ...linesOf(steps, 'hook', context, remarks), ...mark('END')];
  };
  for (const hook of test.hooks) {
    if (hook === 'before') method('_before', body(hook));
    else {
      method('_after', [...body(hook), ...unlinkLines]);
      method('_failed', ['\t\t$I->saveScreenshot(); // stepKey: saveScreenshot']);
    }
  }
  // A Cest that passes deletes its file, whether the test has steps for it or not.
  if (!test.hooks.includes('after')) method('_after', unlinkLines);
  return lines;
}

function linesOf(
  steps: readonly ResolvedStep[],
  scope: 'test' | 'hook',
  context: CestContext,
  remarks: StepRemarks,
): string[] {
  const stepContext = { ...context, style: cestStyle(scope), remarks };
  const lines: string[] = [];
  for (const step of steps) {
    for (const line of stepLines(step, stepContext)) lines.push(line === '' ? '' : `\t\t${line}`);
  }
  return lines;
}

function skipLines(test: ResolvedTest): string[] {
  return [
    '\t\tunlink(__FILE__);',
    `\t\t$scenario->skip("This test is skipped due to the following issues:\\n${test.skipReasons.join('\\n')}");`,
  ];
}

/** Adds the classes of the helpers of a test, those of its hooks first. */
function addHelpers(test: ResolvedTest, helpers: Set<string>): void {
  const inHooks = test.hooks.flatMap((hook) => test[hook] ?? []);
  for (const name of helperClasses([...inHooks, ...test.steps])) helpers.add(name);
}

function helperSetUp(classes: readonly string[]): string[] {
  return [
    '    /**',
    `     * @var ${helperContainer}`,
    '     */',
    '    private $helperContainer;',
    '',
    '    /**',
    '     * Special method which automatically creates the respective objects.',
    '     */',
    `    public function _inject(${helperContainer} $helperContainer)`,
    '    {',
    '        $this->helperContainer = $helperContainer;',
    ...classes.map((name) => `        $this->helperContainer->create("${name}");`),
    '    }',
  ];
}
