import type { Definitions, ResolvedStep, ResolvedTest } from '../resolver/model.ts';
import { annotationLines } from './annotations.ts';
import type { HelperSignatures } from './helper-lines.ts';
import type { CestSettings } from './settings.ts';
import { stepLines } from './step-lines.ts';
import { cestStyle } from './style.ts';

export interface CestContext {
  definitions: Definitions;
  settings: CestSettings;
  helpers: HelperSignatures;
}

/**
 * The text of the Cest of a test in a suite, or in `default`. `helpers` are the classes of helpers that the Cests before it in the
 * suite use: MFTF creates those in each Cest, too. The classes of this one are added to them.
 */
export function writeCest(
  test: ResolvedTest,
  suite: string,
  helpers: Set<string>,
  context: CestContext,
): string {
  const name = test.name;
  const deprecated = context.definitions.test(name)?.attributes['deprecated'];
  const notices = new Set(deprecated === undefined ? [] : [deprecated]);
  if (!test.skipped) addHelpers(test, helpers);
  const steps = test.skipped ? skipLines(test) : linesOf(test.steps, 'test', context, notices);
  const hooks = test.skipped ? [] : hookLines(test, context, notices);
  const { ofClass, ofMethod } = annotationLines(test, [...notices]);
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
    '\t * @Parameter(name = "AcceptanceTester", value="$I")',
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

function hookLines(test: ResolvedTest, context: CestContext, notices: Set<string>): string[] {
  const lines: string[] = [];
  const method = (name: string, body: readonly string[]) =>
    lines.push(...hookComment, `\tpublic function ${name}(AcceptanceTester $I)`, '\t{', ...body, '\t}', '');
  const after = (steps: readonly ResolvedStep[]) =>
    method('_after', [...linesOf(steps, 'hook', context, notices), ...unlinkLines]);
  for (const hook of test.hooks) {
    if (hook === 'before') method('_before', linesOf(test.before ?? [], 'hook', context, notices));
    else {
      after(test.after ?? []);
      method('_failed', ['\t\t$I->saveScreenshot(); // stepKey: saveScreenshot']);
    }
  }
  // A Cest that passes deletes its file, whether the test has steps for it or not.
  if (!test.hooks.includes('after')) after([]);
  return lines;
}

function linesOf(
  steps: readonly ResolvedStep[],
  scope: 'test' | 'hook',
  context: CestContext,
  notices: Set<string>,
): string[] {
  const style = cestStyle(scope);
  return steps.flatMap((step) =>
    stepLines(step, { ...context, style, notices }).map((line) => (line === '' ? '' : `\t\t${line}`)),
  );
}

function skipLines(test: ResolvedTest): string[] {
  return [
    '\t\tunlink(__FILE__);',
    `\t\t$scenario->skip("This test is skipped due to the following issues:\\n${test.skipReasons.join('\\n')}");`,
  ];
}

/** Adds the classes of helpers in the order of their first use. */
function addHelpers(test: ResolvedTest, helpers: Set<string>): void {
  const inHooks = test.hooks.flatMap((hook) => test[hook] ?? []);
  for (const step of [...inHooks, ...test.steps]) {
    if (step.action === 'helper' && step.attributes.class !== undefined) helpers.add(step.attributes.class);
  }
}

const container = '\\Magento\\FunctionalTestingFramework\\Helper\\HelperContainer';

function helperSetUp(classes: readonly string[]): string[] {
  return [
    '    /**',
    `     * @var ${container}`,
    '     */',
    '    private $helperContainer;',
    '',
    '    /**',
    '     * Special method which automatically creates the respective objects.',
    '     */',
    `    public function _inject(${container} $helperContainer)`,
    '    {',
    '        $this->helperContainer = $helperContainer;',
    ...classes.map((name) => `        $this->helperContainer->create("${name}");`),
    '    }',
  ];
}
