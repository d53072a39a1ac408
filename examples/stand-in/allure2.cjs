// Results as MFTF 4 and 5 write them: Allure 2, a result and a container for each test, attachments without extension.
const fs = require('node:fs');
const path = require('node:path');
const { createHash, randomUUID } = require('node:crypto');

const statuses = {
  passed: 'passed',
  failed: 'failed',
  broken: 'broken',
  skipped: 'skipped',
  incomplete: 'failed',
};

const details = (message, trace) => ({
  message: message ?? '',
  trace: trace ?? '',
  known: false,
  muted: false,
  flaky: false,
});

const stepJson = (step) => ({
  name: step.name.trim(),
  status: step.status,
  statusDetails: details(step.title),
  stage: 'finished',
  steps: step.steps.map(stepJson),
  attachments: [],
  parameters: [],
  start: step.startedAt ?? null,
  stop: step.stoppedAt ?? null,
});

/** Writes the result and the container of one test at its end; with `cut` only half of the result. */
function writeAllure2(folder, suiteName, result, cut) {
  const { test, status, message, startedAt, stoppedAt } = result;
  const uuid = randomUUID();
  const fullName = `${test.namespace}\\${test.name}Cest:${test.name}`;
  const id = createHash('md5').update(fullName).digest('hex');
  const attachments = result.attachments.map(({ title, source, type }) => {
    const name = `${randomUUID()}-attachment`;
    fs.renameSync(path.join(folder, source), path.join(folder, name));
    return { name: title, source: name, type: type ?? 'text/plain' };
  });
  const labels = [
    { name: 'language', value: 'php' },
    { name: 'framework', value: 'codeception' },
    { name: 'parentSuite', value: suiteName },
    { name: 'package', value: `${test.namespace}\\${test.name}Cest` },
    { name: 'testMethod', value: test.name },
    { name: 'testClass', value: `${test.namespace}\\${test.name}Cest` },
    { name: 'feature', value: test.feature },
    ...test.stories.map((value) => ({ name: 'story', value })),
    ...(test.severity ? [{ name: 'severity', value: test.severity }] : []),
  ];
  const text = JSON.stringify({
    uuid,
    historyId: id,
    testCaseId: id,
    fullName,
    name: test.title,
    description: test.description,
    links: test.testCaseId ? [{ type: 'tms', name: test.testCaseId, url: test.testCaseId }] : [],
    labels,
    status: statuses[status],
    statusDetails:
      message === undefined ? details() : details(message, `${test.file}:${result.at?.line ?? 0}`),
    stage: 'finished',
    steps: result.steps.map(stepJson),
    attachments,
    parameters: [],
    start: startedAt,
    stop: stoppedAt,
  });
  fs.writeFileSync(path.join(folder, `${uuid}-result.json`), cut ? text.slice(0, text.length / 2) : text);
  const container = {
    uuid: randomUUID(),
    children: [uuid],
    befores: [],
    afters: [],
    links: [],
    start: startedAt,
    stop: stoppedAt,
  };
  fs.writeFileSync(path.join(folder, `${container.uuid}-container.json`), JSON.stringify(container));
}

module.exports = { writeAllure2 };
