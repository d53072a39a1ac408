// Executes loaded tests one after the other, with the before and after of their suite.
const fs = require('node:fs');
const path = require('node:path');
const { createHash, randomBytes } = require('node:crypto');
const { createBrowser, BrowserError } = require('./browser.cjs');
const { createData } = require('./data.cjs');
const { evaluateArguments } = require('./expression.cjs');
const { injectFault } = require('./faults.cjs');
const { renderPage } = require('./screenshot.cjs');
const { openSession } = require('./session.cjs');
const { createStepLog } = require('./step-log.cjs');
const { assertionType, createSteps } = require('./steps.cjs');

const noBrowser = /ConnectionException|SessionNotCreatedException/;
// Codeception counts a missing element as a failed assertion.
const failureTypes = [assertionType, 'Codeception\\Exception\\ElementNotFound'];

/** An exception as `serialize` of PHP writes it. Its message is a public property in PHPUnit, else a protected one. */
function serialized(type, message, place) {
  const text = (value) => `s:${Buffer.byteLength(value)}:"${value}";`;
  const name = type.startsWith('PHPUnit\\') ? 'message' : '\0*\0message';
  return `O:${type.length}:"${type}":3:{${text(name)}${text(message)}${text('\0*\0code')}i:0;${text('\0*\0file')}${text(place)}}`;
}
const saysNo = (error) => failureTypes.includes(error.type);

/**
 * Returns `runTest(test)`. The result of a test is in `results` from its start, and passed to `onResult` at its end. A
 * signal ends the current step; later tests are omitted.
 */
function createRun({ project, screen, output, allureFolder, groupObjects, results, onResult }) {
  const groups = groupObjects.map((group) => ({ ...group, started: 0, count: 0, failure: undefined }));
  let current;
  let stopping = false;
  let session;

  const keep = (content, suffix) => {
    const name = `${createHash('sha1').update(content).digest('hex')}${suffix}`;
    fs.writeFileSync(path.join(allureFolder, name), content);
    return name;
  };
  const attach = (title, content, extension) => {
    const source = keep(content, `${randomBytes(7).toString('hex').slice(0, 13)}-attachment.${extension}`);
    current.attachments.push({ title, source });
  };
  const data = createData(project, attach);
  /** The real browser downloads to its folder; the one of the stand-in, to where tests look for it. */
  const download = async (url, name, content) => {
    if (session?.open) return session.open(url);
    fs.writeFileSync(path.join(project.dataFolder, 'downloads', name), content);
  };
  const newBrowser = () => createBrowser(project.env.MAGENTO_BASE_URL, download);

  const terminated = new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM']) {
      process.on(signal, () => {
        stopping = true;
        reject(new BrowserError('RuntimeException', 'TESTS EXECUTION TERMINATED'));
      });
    }
  });
  terminated.catch(() => undefined);

  const perform = async (browser, statements, begin) => {
    const steps = createSteps(browser, project, data);
    const variables = new Map();
    const context = {
      variables,
      getenv: (name) => project.env[name] ?? '',
      rtrim: (text, sign) => (text.endsWith(sign) ? text.slice(0, -1) : text),
      getSecret: (key) => project.secret(key),
      msq: data.msq,
      retrieveEntityField: (key, name) => String(data.field(key, name)),
    };
    for (const statement of statements) {
      const values = evaluateArguments(statement.source, context);
      if (statement.assigned !== undefined) {
        const fields = variables.get(statement.assigned) ?? {};
        variables.set(statement.assigned, { ...fields, [statement.field]: values[0] });
        continue;
      }
      const step = begin?.(statement, values);
      try {
        const value = await Promise.race([steps[statement.action](...values), terminated]);
        if (statement.variable) variables.set(statement.variable, value);
        step?.done('passed');
      } catch (error) {
        step?.done('failed');
        error.at = { ...statement, values };
        throw error;
      }
    }
  };

  /** In the hooks of a suite, comments and the marks of action groups are printed, without line breaks. */
  const printComment = ({ action }, [text]) => {
    if (action === 'comment') process.stdout.write(String(text));
    return undefined;
  };

  const before = async (group) => {
    group.started += 1;
    if (group.started > 1) return;
    group.count = fs.readdirSync(group.folder).filter((name) => name.endsWith('Cest.php')).length;
    screen.line(`In a group "${group.name}" suite executor found ${group.count} tests.`);
    screen.hook(group.name, 'before', 'Beginning execution of');
    await injectFault(project, `suite ${group.name}`);
    try {
      await perform(newBrowser(), group.before, printComment);
    } catch (error) {
      // MFTF takes an exception without a message for success.
      group.failure = error.message || undefined;
    }
    screen.hook(group.name, 'before', 'Execution of');
  };

  /** Due after as many tests have begun as the folder has files at the first: with fewer tests it never runs. */
  const after = async (group) => {
    if (stopping || group.started !== group.count) return;
    screen.hook(group.name, 'after', 'Beginning execution of');
    try {
      await perform(newBrowser(), group.after, printComment);
    } catch (error) {
      process.stdout.write(error.message);
    }
    screen.hook(group.name, 'after', 'Execution of');
  };

  const end = (result, error) => {
    const status = saysNo(error) ? 'failed' : 'broken';
    Object.assign(result, { status, message: error.message, type: error.type ?? 'Exception', at: error.at });
  };

  /** The files of all exceptions of a test, the last one first. The message of the result is that of the last one. */
  const attachExceptions = (result, errors) => {
    for (const { message, type = 'Exception', at } of errors.toReversed()) {
      const place = `${result.test.file}:${at?.line ?? 0}`;
      const text = saysNo({ type }) ? message : `${type}: ${message}`;
      const content = project.allure2 ? serialized(type, message, place) : `${text}\n\n${place}\n`;
      attach('TestMethodException', content, 'txt');
    }
    // A step of its own, which Allure 2 does not have.
    if (result.status !== 'broken' || project.allure2) return;
    result.steps.push({ name: 'ERROR', title: result.message, status: 'broken', steps: [] });
  };

  const runSteps = async (test, browser, result) => {
    const log = createStepLog(result, screen);
    const errors = [];
    const fail = (error) => {
      errors.push(error);
      end(result, error);
      if (errors.length === 1) keepPage(result, browser.page());
    };
    try {
      session = await Promise.race([openSession(project), terminated]);
      await Promise.race([injectFault(project, test.name), terminated]);
      await perform(browser, test.before, log.begin);
      await perform(browser, test.body, log.begin);
    } catch (error) {
      fail(error);
    }
    log.leave();
    try {
      if (!stopping) await perform(browser, test.after, log.begin);
    } catch (error) {
      fail(error);
    }
    attachExceptions(result, errors);
    if (stopping) return;
    // The Cest of a passed test removes itself.
    if (result.status === 'passed') fs.rmSync(test.file, { force: true });
  };

  /** The screenshot and the text of the page where a test ended. Without a browser they contain the name of a file. */
  const keepPage = (result, page) => {
    const { test } = result;
    const name = `${test.namespace.replaceAll('\\', '.')}.${test.name}Cest.${test.name}.fail`;
    const file = path.join(output, name);
    const blind = noBrowser.test(result.type);
    for (const [extension, type, content] of [
      ['png', 'image/png', blind ? `${file}.png` : renderPage(page)],
      ['html', 'text/html', blind ? `${file}.html` : page.html],
    ]) {
      if (!blind) fs.writeFileSync(`${file}.${extension}`, content);
      const source = keep(content, `-attachment.${extension}`);
      result.attachments.push({ title: `${test.name}.${extension}`, source, type });
    }
  };

  /** What `downloads.php` of matre does after each test. */
  const keepDownloads = (test) => {
    const folder = fs.realpathSync(path.join(project.dataFolder, 'downloads'));
    const kept = path.join(folder, '../kept', test.name);
    for (const name of fs.readdirSync(folder)) {
      fs.mkdirSync(kept, { recursive: true });
      fs.renameSync(path.join(folder, name), path.join(kept, name));
    }
  };

  return async (test) => {
    if (stopping) return;
    const result = { test, status: 'passed', startedAt: Date.now(), assertions: 0 };
    Object.assign(result, { steps: [], trail: [], attachments: [] });
    current = result;
    results.push(result);
    screen.testStarts(test);
    const around = groups.filter((group) => test.groups.includes(group.name));
    for (const group of around) await before(group);
    const failure = around.find((group) => group.failure !== undefined)?.failure;
    if (test.skip !== undefined) {
      fs.rmSync(test.file, { force: true });
      Object.assign(result, { status: 'skipped', message: test.skip });
    } else if (failure !== undefined) {
      Object.assign(result, { status: 'incomplete', message: `SUITE PRECONDITION FAILED:\n${failure}` });
    } else {
      await runSteps(test, newBrowser(), result);
      await session?.end();
    }
    if (project.keepsDownloads) keepDownloads(test);
    result.stoppedAt = Date.now();
    screen.testEnds(result);
    for (const group of around) await after(group);
    onResult(result);
  };
}

module.exports = { createRun };
