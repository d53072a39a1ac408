// `vendor/bin/codecept run functional [<path>] [-g <group>]`: selects tests, runs them, writes Codeception's output
// files.
const fs = require('node:fs');
const path = require('node:path');
const { createHash } = require('node:crypto');
const { writeAllure1 } = require('./allure1.cjs');
const { writeAllure2 } = require('./allure2.cjs');
const { createConsole } = require('./console.cjs');
const { generatedFolder, openProject } = require('./env.cjs');
const { openJournal } = require('./journal.cjs');
const { writeJunit } = require('./junit.cjs');
const { filesToLoad, loadGroups, loadTests, refuse } = require('./load.cjs');
const { adminToken } = require('./magento.cjs');
const { parseArguments, readConfiguration } = require('./options.cjs');
const { createRun } = require('./run-tests.cjs');
const { capabilitiesOf } = require('./session.cjs');

/**
 * Codeception generates the methods of the actor again whenever the configuration of the modules changes, base URL
 * included.
 */
function rewriteActions(project) {
  const stamp = createHash('md5')
    .update(JSON.stringify([project.version, project.env.MAGENTO_BASE_URL]))
    .digest('hex');
  const file = path.join(project.generatedActions, 'AcceptanceTesterActions.php');
  const text = `<?php\n//[STAMP] ${stamp}\nnamespace Magento\\FunctionalTestingFramework\\_generated;\n\ntrait AcceptanceTesterActions\n{\n}\n`;
  if (fs.existsSync(file) && fs.readFileSync(file, 'utf8') === text) return;
  try {
    fs.mkdirSync(project.generatedActions, { recursive: true });
    fs.writeFileSync(file, text);
  } catch {
    // PHP only warns when it cannot write.
  }
}

const isBad = (result) => result.status === 'failed' || result.status === 'broken';

/** The list of failed tests; a run without any removes it. */
function writeFailed(output, base, results) {
  const file = path.join(output, 'failed');
  const lines = results.filter(isBad).map(({ test }) => `${path.relative(base, test.file)}:${test.name}`);
  if (lines.length > 0) fs.writeFileSync(file, lines.join('\n'));
  else fs.rmSync(file, { force: true });
}

function chooseTests(tests, { group, skipGroup }) {
  const among = (test, names) => names.some((name) => test.groups.includes(name));
  return tests.filter((test) => (group.length === 0 || among(test, group)) && !among(test, skipGroup));
}

async function run(project, options) {
  const { config, base } = readConfiguration(options);
  const output = path.resolve(base, config.paths.output ?? config.paths.log);
  const generated = generatedFolder(project);
  const screen = createConsole(project, options);
  screen.banner(options.group);
  const groups = Object.fromEntries(
    Object.entries(config.groups ?? {}).map(([name, folders]) => [
      name,
      folders.map((folder) => path.resolve(base, folder)),
    ]),
  );
  if (!options.flags.has('--no-rebuild')) rewriteActions(project);
  const groupObjects = loadGroups(project, config, groups);
  const files = filesToLoad(options.words[2], base, generated);
  const tests = chooseTests(await loadTests(project, files, groups), options);

  const adapter = Object.values(config.extensions.config).find((one) => one?.outputDirectory !== undefined);
  // Always below the output folder: Allure's own adapter trims slashes, MFTF's adapter joins the paths.
  const allureName = (adapter?.outputDirectory ?? 'allure-results').replace(/^\/+|\/+$/g, '');
  const allureFolder = path.join(output, allureName);
  fs.mkdirSync(allureFolder, { recursive: true });
  screen.suiteStarts(tests.length);
  if (options.group.length > 0) {
    // The Allure adapter checks whether the group is a suite, so MFTF reads everything and queries the shop.
    try {
      await adminToken(project);
    } catch (error) {
      process.stdout.write('\n\n\nCOMMAND DID NOT FINISH PROPERLY.\n');
      const message = `Suite Data Parser Error: ${error.message}`;
      refuse('SuiteObjectHandler.php line 132', 'FastFailException', message);
      return 255;
    }
  }
  const suiteName = ['Magento\\FunctionalTestingFramework.functional', ...options.group].join('\\');
  const startedAt = Date.now();
  const results = [];
  const writeAllure = () => {
    if (project.noResult || results.length === 0) return;
    const suite = { suiteName, startedAt, stoppedAt: Date.now(), results, cut: project.cutAllure };
    if (!project.allure2) writeAllure1(allureFolder, suite);
  };
  const onResult = (result) => {
    if (project.allure2 && !project.noResult)
      writeAllure2(allureFolder, suiteName, result, project.cutAllure);
  };
  project.capabilities = capabilitiesOf(config);
  project.output = output;
  project.keepsDownloads = options.ext === 'Matre\\Downloads';
  const runTest = createRun({ project, screen, output, allureFolder, groupObjects, results, onResult });
  const xml = options.xml && path.resolve(output, options.xml);
  if (xml) fs.writeFileSync(xml, '');
  try {
    for (const test of tests) await runTest(test);
  } catch (error) {
    // The behaviour of PHP when an exception gets past Codeception: Allure's file is still written, with a test that
    // has begun and therefore is "passed"; the JUnit file stays empty.
    writeAllure();
    const message = `Suite condition failure: \n  ${error.message}`;
    throw refuse('MagentoWebDriver.php line 856', 'RuntimeException', message);
  }
  screen.suiteEnds(results, Date.now() - startedAt, base);
  writeAllure();
  if (results.length > 0) writeFailed(output, base, results);
  if (xml) {
    writeJunit(xml, suiteName, results);
    process.stdout.write(`- XML report generated in file://${xml}\n`);
  }
  return results.some(isBad) ? 1 : 0;
}

async function main(argv) {
  const options = parseArguments(argv);
  const [command, suite, test] = options.words;
  if (command !== 'run' || suite !== 'functional') {
    process.stderr.write('\n  The stand-in knows "run functional" and nothing else.\n\n');
    return 1;
  }
  const project = openProject();
  const journal = openJournal(project, 'codecept', test ?? `-g ${options.group.join(' ')}`);
  let code = 1;
  try {
    code = await run(project, options);
  } catch (error) {
    process.stderr.write(`${error.stack}\n`);
  }
  journal.end(code);
  return code;
}

main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
  // A deliberately leaked child or an open connection does not keep Codeception alive either.
  process.stdout.write('', () => process.exit(code));
});
