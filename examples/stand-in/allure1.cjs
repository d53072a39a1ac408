// Results as MFTF 3 writes them: one Allure 1 file for each run of codecept.
const fs = require('node:fs');
const path = require('node:path');
const { randomUUID } = require('node:crypto');
const { escapeXml } = require('./xml.cjs');

const statuses = {
  passed: 'passed',
  failed: 'failed',
  broken: 'broken',
  skipped: 'canceled',
  incomplete: 'failed',
};
const cdata = (text) => `<![CDATA[${String(text).replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;

function stepXml(step, indent) {
  const times = step.startedAt === undefined ? '' : ` start="${step.startedAt}" stop="${step.stoppedAt}"`;
  const title = step.title === undefined ? '' : `${indent}  <title>${cdata(step.title)}</title>\n`;
  const nested = step.steps.map((one) => stepXml(one, `${indent}    `)).join('');
  const steps = nested && `${indent}  <steps>\n${nested}${indent}  </steps>\n`;
  return `${indent}<step${times} status="${step.status}">\n${indent}  <name>${cdata(step.name)}</name>\n${title}${steps}${indent}</step>\n`;
}

function caseXml({ test, status, message, startedAt, stoppedAt, steps, attachments, at }) {
  const labels = [
    ['testMethod', test.name],
    ['testClass', `${test.namespace}\\${test.name}Cest`],
    ...(test.testCaseId ? [['testId', test.testCaseId]] : []),
    ['feature', test.feature],
    ...test.stories.map((story) => ['story', story]),
    ...(test.severity ? [['severity', test.severity]] : []),
  ];
  const label = ([name, value]) => `        <label name="${name}" value="${escapeXml(value ?? '')}"/>\n`;
  const attachment = ({ title, source, type }) =>
    `        <attachment title="${escapeXml(title)}" source="${source}"${type ? ` type="${type}"` : ''}/>\n`;
  const trace = `#0 ${test.file}(${at?.line ?? 0}): ${test.name}()\n#1 {main}`;
  const failure =
    message === undefined
      ? ''
      : `      <failure>\n        <message>${escapeXml(message)}</message>\n        <stack-trace>${escapeXml(trace)}</stack-trace>\n      </failure>\n`;
  const list = (name, content) => (content ? `      <${name}>\n${content}      </${name}>\n` : '');
  // A test that never ends has no stop and the status "passed": that is the initial value of Allure.
  const stop = stoppedAt === undefined ? '' : ` stop="${stoppedAt}"`;
  return `    <test-case start="${startedAt}"${stop} status="${statuses[status]}">
      <name>${escapeXml(test.name)}</name>
      <title>${cdata(test.title)}</title>
      <description type="text">${cdata(test.description)}</description>
${failure}${list('steps', steps.map((step) => stepXml(step, '        ')).join(''))}${list('attachments', attachments.map(attachment).join(''))}${list('labels', labels.map(label).join(''))}      <parameters>
        <parameter name="AcceptanceTester" value="$I" kind="argument"/>
      </parameters>
    </test-case>
`;
}

/** Writes `<uuid>-testsuite.xml`; with `cut` only its first half, as a full disk leaves it. */
function writeAllure1(folder, { suiteName, startedAt, stoppedAt, results, cut }) {
  const text = `<?xml version="1.0" encoding="UTF-8"?>
<alr:test-suite xmlns:alr="urn:model.allure.qatools.yandex.ru" start="${startedAt}" stop="${stoppedAt}" version="1.4.0">
  <name>${escapeXml(suiteName)}</name>
  <test-cases>
${results.map(caseXml).join('')}  </test-cases>
</alr:test-suite>
`;
  fs.writeFileSync(
    path.join(folder, `${randomUUID()}-testsuite.xml`),
    cut ? text.slice(0, text.length / 2) : text,
  );
}

module.exports = { writeAllure1 };
