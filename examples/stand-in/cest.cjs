// The two PHP files of a generation, written and parsed: a Cest for each test, a group class for each suite. The text
// is real PHP in MFTF's shape; the stand-in parses the statements of its methods again to execute them.

const severities = {
  BLOCKER: 'BLOCKER',
  CRITICAL: 'CRITICAL',
  MAJOR: 'NORMAL',
  AVERAGE: 'MINOR',
  MINOR: 'TRIVIAL',
};
const tidy = (text) => String(text).replace(/["\n]/g, ' ').trim();
const indented = (lines) => lines.map((line) => `\t\t${line}\n`).join('');

const hook = (name, body) =>
  `\t/**\n\t * @param AcceptanceTester $I\n\t * @throws \\Exception\n\t */\n\tpublic function ${name}(AcceptanceTester $I)\n\t{\n${body}\t}\n\n`;

/** The Cest of a test in a group of files (`default`, or the name of a suite). */
function writeCest(test, group) {
  const { name, annotations, skip } = test;
  const one = (key) => annotations[key]?.[0];
  const id = one('testCaseId');
  const title = `${id ? `${id}: ` : '[NO TESTCASEID]: '}${tidy(one('title') ?? name)}`;
  const shownFiles = `<h3>Test files</h3>${test.files.map((file) => `${file}<br>`).join('')}`;
  const tags = [
    `@Title("${title}")`,
    `@Description("${tidy(one('description') ?? '')}${shownFiles}")`,
    ...(id ? [`@TestCaseId("${tidy(id)}")`] : []),
    ...(annotations.group ?? []).map((label) => `@group ${label}`),
  ];
  const methodTags = [
    `@Features({"${test.module}"})`,
    ...(annotations.stories ? [`@Stories({"${annotations.stories.map(tidy).join('", "')}"})`] : []),
    ...(one('severity')
      ? [`@Severity(level = SeverityLevel::${severities[one('severity')] ?? 'NORMAL'})`]
      : []),
    '@Parameter(name = "AcceptanceTester", value="$I")',
    '@param AcceptanceTester $I',
    '@return void',
    '@throws \\Exception',
  ];
  const reasons = (skip ?? []).join('\\n');
  const body = skip
    ? `\t\tunlink(__FILE__);\n\t\t$scenario->skip("This test is skipped due to the following issues:\\n${tidy(reasons)}");\n`
    : indented(test.body);
  const parameters = skip ? 'AcceptanceTester $I, \\Codeception\\Scenario $scenario' : 'AcceptanceTester $I';
  return `<?php
namespace Magento\\AcceptanceTest\\_${group}\\Backend;

use Magento\\FunctionalTestingFramework\\AcceptanceTester;

/**
${tags.map((tag) => ` * ${tag}\n`).join('')} */
class ${name}Cest
{
	/** @var bool */
	private $isSuccess = false;

${skip || test.before.length === 0 ? '' : hook('_before', indented(test.before))}${hook('_after', `${skip ? '' : indented(test.after)}\t\tif ($this->isSuccess) {\n\t\t\tunlink(__FILE__);\n\t\t}\n`)}	/**
${methodTags.map((tag) => `\t * ${tag}\n`).join('')}	 */
	public function ${name}(${parameters})
	{
${body}	}

	public function _passed(AcceptanceTester $I)
	{
		// Only a passed test removes its file.
		$this->isSuccess = true;
	}
}
`;
}

/** The group class of a suite with a before or an after. */
function writeGroup(suite) {
  return `<?php

namespace Group;

use Magento\\FunctionalTestingFramework\\AcceptanceTester;

/** What surrounds the tests of the suite ${suite.name}. */
class ${suite.name} extends \\Codeception\\GroupObject
{
	public static $group = '${suite.name}';
	private $testCount = ${suite.tests.length};

${hook('before', indented(suite.before))}${hook('after', indented(suite.after)).trimEnd()}
}
`;
}

function methodLines(lines, name) {
  const start = lines.findIndex((line) => line.startsWith(`\tpublic function ${name}(`));
  if (start < 0) return [];
  const end = lines.indexOf('\t}', start);
  return lines.slice(start + 2, end).map((text, at) => ({ text: text.trim(), line: start + 3 + at }));
}

function statementsIn(lines, name) {
  return methodLines(lines, name).flatMap(({ text, line }) => {
    const match = /^(?:\$(\w+) = )?\$I->(\w+)\((.*)\);(?: \/\/ stepKey: (\S+))?$/.exec(text);
    return match ? [{ variable: match[1], action: match[2], source: match[3], key: match[4], line }] : [];
  });
}

/** Parses a file of `writeCest`: annotations and statements. Throws a TypeError when it is not a Cest. */
function readCest(source) {
  const lines = source.split('\n');
  const name = /^class (\w+)Cest$/m.exec(source)?.[1];
  if (!name) throw new TypeError('the file holds no Cest class');
  const one = (tag) => new RegExp(`@${tag}\\("(.*)"\\)`).exec(source)?.[1];
  const method = methodLines(lines, name);
  const skip = method.map(({ text }) => /^\$scenario->skip\((".*")\);$/.exec(text)?.[1]).find(Boolean);
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
    before: statementsIn(lines, '_before'),
    after: statementsIn(lines, '_after'),
    body: statementsIn(lines, name),
  };
}

function readGroup(source) {
  const lines = source.split('\n');
  const name = /public static \$group = '(\w+)'/.exec(source)?.[1];
  return { name, before: statementsIn(lines, 'before'), after: statementsIn(lines, 'after') };
}

module.exports = { writeCest, writeGroup, readCest, readGroup };
