// The JUnit file of Codeception. It exists from the start of a run, and is empty until the end.
const fs = require('node:fs');
const { escapeXml } = require('./xml.cjs');

const seconds = (result) => (result.stoppedAt - result.startedAt) / 1000;

function caseXml(result) {
  const { test, status, message, type } = result;
  const feature = test.name.replace(/([a-z\d])([A-Z])/g, '$1 $2').toLowerCase();
  const open = `    <testcase file="${test.file}" name="${test.name}" class="${test.namespace}\\${test.name}Cest" feature="${feature}" assertions="${result.assertions}" time="${seconds(result).toFixed(6)}"`;
  if (status === 'passed') return `${open}/>\n`;
  if (status === 'skipped' || status === 'incomplete') return `${open}>\n      <skipped/>\n    </testcase>\n`;
  const element = status === 'failed' ? 'failure' : 'error';
  const text = `${test.name}Cest\n${message}\n\n${test.file}:${result.at?.line ?? 0}\n`;
  return `${open}>\n      <${element} type="${escapeXml(type)}">${escapeXml(text)}</${element}>\n    </testcase>\n`;
}

function writeJunit(file, suiteName, results) {
  const count = (...statuses) => results.filter((result) => statuses.includes(result.status)).length;
  const total = results.reduce((sum, result) => sum + seconds(result), 0);
  const assertions = results.reduce((sum, result) => sum + result.assertions, 0);
  const suite = `  <testsuite name="${escapeXml(suiteName)}" tests="${results.length}" assertions="${assertions}" errors="${count('broken')}" failures="${count('failed')}" skipped="${count('skipped', 'incomplete')}" time="${total.toFixed(6)}">
${results.map(caseXml).join('')}  </testsuite>
`;
  const body = results.length === 0 ? '<testsuites/>\n' : `<testsuites>\n${suite}</testsuites>\n`;
  fs.writeFileSync(file, `<?xml version="1.0" encoding="UTF-8"?>\n${body}`);
}

module.exports = { writeJunit };
