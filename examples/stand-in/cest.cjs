// The Cest of a test, written as MFTF writes it and read again to execute it.
const { readStatements } = require('./statements.cjs');

const severities = {
  BLOCKER: 'BLOCKER',
  CRITICAL: 'CRITICAL',
  MAJOR: 'NORMAL',
  AVERAGE: 'MINOR',
  MINOR: 'TRIVIAL',
};
const uses = [
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
];
const unlink = ['\t\tif ($this->isSuccess) {', '\t\t\tunlink(__FILE__);', '\t\t}'];
const indented = (lines) => lines.map((line) => `\t\t${line}`);

/** The annotations of class and method, in the order of the XML. */
function annotationLines({ annotations, files, module, secrets }) {
  const all = { ...annotations, description: annotations.description ?? [''] };
  all.features ??= [''];
  const [id] = (annotations.testCaseId ?? ['[NO TESTCASEID]']).map((text) => text.trim());
  const listed =
    secrets.length > 0 ? `, \n\nThis test uses the following credentials:\n${secrets.join(',')}\n` : '';
  const shownFiles = `<h3>Test files</h3>${files.join('<br>')}<br>`;
  const ofClass = [];
  const ofMethod = [];
  for (const [name, values] of Object.entries(all)) {
    const texts = values.map((text) => (text ?? '').trim());
    const [text] = texts;
    if (name === 'title') ofClass.push(`@Title("${id}: ${text}")`);
    if (name === 'description') ofClass.push(`@Description("${text}${listed}${shownFiles}")`);
    if (name === 'testCaseId') ofClass.push(`@TestCaseId("${text}")`);
    if (name === 'group') ofClass.push(...texts.map((label) => `@group ${label}`));
    if (name === 'features') ofMethod.push(`@Features({"${module}"})`);
    if (name === 'stories') ofMethod.push(`@Stories({${texts.map((story) => `"${story}"`).join(', ')}})`);
    if (name === 'severity') ofMethod.push(`@Severity(level = SeverityLevel::${severities[text] ?? text})`);
  }
  return { ofClass, ofMethod };
}

function method(name, body) {
  return [
    '\t/**',
    '\t  * @param AcceptanceTester $I',
    '\t  * @throws \\Exception',
    '\t  */',
    `\tpublic function ${name}(AcceptanceTester $I)`,
    '\t{',
    ...body,
    '\t}',
    '',
  ];
}

function hookLines(test, isNewer) {
  const lines = [];
  const body = (hook) => {
    const mark = (edge) =>
      isNewer && test[hook].length > 0 ? [`$I->comment('[${edge} ${hook.toUpperCase()} HOOK]');`] : [];
    return indented([...mark('START'), ...test[hook], ...mark('END')]);
  };
  for (const hook of test.hooks) {
    if (hook === 'before') lines.push(...method('_before', body(hook)));
    else {
      lines.push(...method('_after', [...body(hook), ...unlink]));
      lines.push(...method('_failed', ['\t\t$I->saveScreenshot(); // stepKey: saveScreenshot']));
    }
  }
  if (!test.hooks.includes('after')) lines.push(...method('_after', unlink));
  return lines;
}

/** The Cest of a test in a group of files (`default`, or the name of a suite), as the version of the project writes it. */
function writeCest(test, group, { major, minor }) {
  const { name, skip } = test;
  const isNewer = major > 3 || minor >= 9;
  const { ofClass, ofMethod } = annotationLines({ ...test, secrets: major > 3 ? test.secrets : [] });
  const body = skip
    ? [
        '\t\tunlink(__FILE__);',
        `\t\t$scenario->skip("This test is skipped due to the following issues:\\n${skip.join('\\n')}");`,
      ]
    : indented(test.body);
  const passed = [
    '',
    '\tpublic function _passed(AcceptanceTester $I)',
    '\t{',
    '\t\t// Test passed successfully.',
    '\t\t$this->isSuccess = true;',
    '\t}',
  ];
  return [
    '<?php',
    `namespace Magento\\AcceptanceTest\\_${group}\\Backend;`,
    '',
    ...uses.map((used) => `use ${used};`),
    '',
    '/**',
    ...ofClass.map((line) => ` * ${line}`),
    ' */',
    `class ${name}Cest`,
    '{',
    ...['\t/**', '\t * @var bool', '\t */', '\tprivate $isSuccess = false;', ''],
    ...(skip ? [] : hookLines(test, isNewer)),
    '\t/**',
    ...ofMethod.map((line) => `\t * ${line}`),
    ...(isNewer ? [] : ['\t * @Parameter(name = "AcceptanceTester", value="$I")']),
    '\t * @param AcceptanceTester $I',
    '\t * @return void',
    '\t * @throws \\Exception',
    '\t */',
    `\tpublic function ${name}(AcceptanceTester $I${skip ? ', \\Codeception\\Scenario $scenario' : ''})`,
    '\t{',
    ...body,
    '\t}',
    ...(skip ? [] : passed),
    '}',
    '',
  ].join('\n');
}

function methodLines(lines, name) {
  const start = lines.findIndex((line) => line.startsWith(`\tpublic function ${name}(`));
  if (start < 0) return [];
  const end = lines.indexOf('\t}', start);
  return lines.slice(start + 2, end).map((text, at) => ({ text: text.trim(), line: start + 3 + at }));
}

/** Parses a file of `writeCest`: annotations and statements. Throws a TypeError when it is not a Cest. */
function readCest(source) {
  const lines = source.split('\n');
  const name = /^class (\w+)Cest$/m.exec(source)?.[1];
  if (!name) throw new TypeError('the file holds no Cest class');
  const one = (tag) => new RegExp(`@${tag}\\("([\\s\\S]*?)"\\)\n`).exec(source)?.[1];
  const body = methodLines(lines, name);
  const skip = body.map(({ text }) => /^\$scenario->skip\((".*")\);$/.exec(text)?.[1]).find(Boolean);
  return {
    name,
    namespace: /^namespace (.+);$/m.exec(source)?.[1] ?? '',
    title: one('Title') ?? name,
    description: one('Description') ?? '',
    testCaseId: one('TestCaseId'),
    feature: /@Features\(\{"(.*)"\}\)/.exec(source)?.[1],
    stories: /@Stories\(\{"(.*)"\}\)/.exec(source)?.[1]?.split('", "') ?? [],
    severity: /SeverityLevel::(\w+)/.exec(source)?.[1]?.toLowerCase(),
    groups: [...source.matchAll(/^ \* @group (\S+)$/gm)].map((match) => match[1]),
    skip: skip && JSON.parse(skip),
    before: readStatements(methodLines(lines, '_before')),
    after: readStatements(methodLines(lines, '_after')),
    body: readStatements(body),
  };
}

module.exports = { writeCest, readCest };
