// Executes loaded tests one after the other, with what surrounds them in a suite.
const fs = require('node:fs');
const path = require('node:path');
const { createHash, randomBytes } = require('node:crypto');
const { AssertionError, createSteps } = require('./steps.cjs');
const { createBrowser, BrowserError } = require('./browser.cjs');
const { readCatalog } = require('./catalog.cjs');
const { evaluateArguments } = require('./expression.cjs');
const { injectFault } = require('./faults.cjs');
const { callOperation } = require('./magento.cjs');
const { renderPage } = require('./screenshot.cjs');

const words = (action) => action.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
const shown = (value) => (typeof value === 'string' ? `"${value}"` : String(value));

/** Entities made by `createData`: the XML is read again for each, as in MFTF. `attach` keeps the conversation. */
function createData(project, attach) {
  const made = new Map();
  const catalog = () => readCatalog(project, { wanted: ['entity', 'operation'] });
  const tell = (result) => {
    attach('API Endpoint', result.endpoint, 'txt');
    attach('Request Body', JSON.stringify(result.request, null, 2), 'json');
    attach('Response Data', JSON.stringify(result.response, null, 2), 'json');
  };
  return {
    create: async (key, entity) => {
      const result = await callOperation(project, catalog(), entity, 'create');
      tell(result);
      made.set(key, { entity, fields: { ...Object.values(result.request)[0], ...result.response } });
    },
    remove: async (key) => {
      const known = made.get(key);
      if (!known) throw new Error(`Entity with a CreateDataKey of ${key} could not be found`);
      tell(await callOperation(project, catalog(), known.entity, 'delete', known.fields));
      made.delete(key);
    },
    field: (key, name) => made.get(key)?.fields[name] ?? '',
  };
}

/** Returns `runTest(test, isLast)`, which gives the result of one test. */
function createRun({ project, screen, output, allureFolder, groupObjects }) {
  const groups = groupObjects.map((group) => ({ ...group, started: 0, count: 0, failure: undefined }));
  const pending = [];
  let attach = (...attachment) => pending.push(attachment);
  const data = createData(project, (...attachment) => attach(...attachment));

  // A signal to stop is felt by the step under way; what has happened so far is still written.
  let terminate;
  const terminated = new Promise((_, reject) => {
    terminate = () => reject(new BrowserError('RuntimeException', 'TESTS EXECUTION TERMINATED'));
  });
  terminated.catch(() => undefined);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, terminate);

  const keep = (content, suffix) => {
    const name = `${createHash('sha1').update(content).digest('hex')}${suffix}`;
    fs.writeFileSync(path.join(allureFolder, name), content);
    return name;
  };

  const perform = async (browser, lines, onStep) => {
    const steps = createSteps(browser, project, data, () => undefined);
    const variables = new Map();
    const context = {
      variables,
      getenv: (name) => project.env[name] ?? '',
      getSecret: (key) => project.secret(key),
      retrieveEntityField: (key, name) => String(data.field(key, name)),
    };
    for (const line of lines) {
      const values = evaluateArguments(line.source, context);
      const step = onStep(line, values);
      try {
        const value = await Promise.race([steps[line.action](...values), terminated]);
        if (line.variable) variables.set(line.variable, value);
        step?.done('passed');
      } catch (error) {
        step?.done('failed');
        error.at = { ...line, values };
        throw error;
      }
    }
  };

  const before = async (group) => {
    group.started += 1;
    if (group.started > 1) return;
    group.count = fs.readdirSync(group.folder).filter((name) => name.endsWith('Cest.php')).length;
    screen.line(`In a group "${group.name}" suite executor found ${group.count} tests.`);
    screen.hook(group.name, 'before', 'Beginning execution of');
    try {
      await perform(createBrowser(project.env.MAGENTO_BASE_URL), group.before, () => undefined);
    } catch (error) {
      group.failure = error.message;
    }
    screen.hook(group.name, 'before', 'Execution of');
  };

  const after = async (group) => {
    if (group.started !== group.count) return;
    screen.hook(group.name, 'after', 'Beginning execution of');
    try {
      await perform(createBrowser(project.env.MAGENTO_BASE_URL), group.after, () => undefined);
    } catch (error) {
      process.stdout.write(error.message);
    }
    screen.hook(group.name, 'after', 'Execution of');
  };

  return async (test, isLast) => {
    const result = {
      test,
      status: 'passed',
      startedAt: Date.now(),
      stoppedAt: 0,
      steps: [],
      trail: [],
      attachments: [],
    };
    result.assertions = 0;
    attach = (title, content, extension) => {
      const source = keep(content, `${randomBytes(7).toString('hex').slice(0, 13)}-attachment.${extension}`);
      result.attachments.push({ title, source });
    };
    screen.testStarts(test);
    const around = groups.filter((group) => test.groups.includes(group.name));
    for (const group of around) await before(group);
    for (const attachment of pending.splice(0)) attach(...attachment);

    const failure = around.find((group) => group.failure !== undefined)?.failure;
    const browser = createBrowser(project.env.MAGENTO_BASE_URL);
    if (test.skip !== undefined) {
      fs.rmSync(test.file, { force: true });
      Object.assign(result, { status: 'skipped', message: test.skip });
    } else if (failure !== undefined) {
      Object.assign(result, { status: 'incomplete', message: `SUITE PRECONDITION FAILED:\n${failure}` });
    } else await runSteps(test, browser, result);

    if (result.status === 'failed' || result.status === 'broken') {
      const name = `${test.namespace.replaceAll('\\', '.')}.${test.name}Cest.${test.name}.fail`;
      const page = browser.page();
      const picture = renderPage(page, test.name);
      fs.writeFileSync(path.join(output, `${name}.png`), picture);
      fs.writeFileSync(path.join(output, `${name}.html`), page.html);
      result.attachments.push(
        { title: `${test.name}.png`, source: keep(picture, '-attachment.png'), type: 'image/png' },
        { title: `${test.name}.html`, source: keep(page.html, '-attachment.html'), type: 'text/html' },
      );
      const trace = `${result.message}\n\n${test.file}:${result.at?.line ?? 0}\n`;
      attach('TestMethodException', trace, 'txt');
    }
    result.stoppedAt = Date.now();
    screen.testEnds(result);
    for (const group of around) await after(group);
    if (isLast) attach = (...attachment) => pending.push(attachment);
    return result;
  };

  async function runSteps(test, browser, result) {
    const parents = [{ steps: result.steps, suffix: '' }];
    const onStep = (line, values) => {
      const [, entering, key, name] =
        /^(Entering|Exiting) Action Group \[(\w+)\] (.+)$/.exec(values[0]) ?? [];
      result.trail.push({ ...line, values });
      if (line.action === 'comment' && entering === 'Exiting') {
        parents.pop();
        return undefined;
      }
      const parent = parents.at(-1);
      const now = Date.now();
      if (line.action === 'comment' && entering) {
        const step = {
          name: `[${key.replace(parent.suffix, '')}] ${name} `,
          status: 'passed',
          startedAt: now,
          stoppedAt: now,
          steps: [],
        };
        parent.steps.push(step);
        screen.step(step.name.trimEnd(), parents.length - 1);
        parents.push({ steps: step.steps, suffix: key[0].toUpperCase() + key.slice(1) });
        return undefined;
      }
      const text = `[${(line.key ?? line.action).replace(parent.suffix, '')}] ${words(line.action)} ${values.map(shown).join(',')}`;
      const step = { name: text, status: 'passed', startedAt: now, stoppedAt: now, steps: [] };
      parent.steps.push(step);
      screen.step(text, parents.length - 1);
      if (/^(see|dontSee|assert)/.test(line.action)) result.assertions += 1;
      return { done: (status) => Object.assign(step, { status, stoppedAt: Date.now() }) };
    };
    const fail = (error) => {
      const assertion =
        error instanceof AssertionError || error.type === 'Codeception\\Exception\\ElementNotFound';
      const status = assertion ? 'failed' : 'broken';
      Object.assign(result, {
        status,
        message: error.message,
        type: error.type ?? 'Exception',
        at: error.at,
      });
      if (status === 'broken')
        result.steps.push({ name: 'ERROR', title: error.message, status: 'broken', steps: [] });
    };
    try {
      await Promise.race([injectFault(project, test.name), terminated]);
      await perform(browser, test.before, onStep);
      await perform(browser, test.body, onStep);
    } catch (error) {
      fail(error);
    }
    parents.length = 1;
    const failed = result.status !== 'passed';
    const pageThen = browser.page();
    try {
      await perform(browser, test.after, onStep);
    } catch (error) {
      if (!failed) fail(error);
    }
    if (failed) browser.page = () => pageThen;
    // The Cest of a test that passed removes itself.
    if (result.status === 'passed') fs.rmSync(test.file, { force: true });
  }
}

module.exports = { createRun };
