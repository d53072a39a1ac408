// `mftf generate:tests`: reads all XML, empties `_generated/default`, and writes the three places of a generation.
const fs = require('node:fs');
const path = require('node:path');
const { readCatalog } = require('./catalog.cjs');
const { writeCest } = require('./cest.cjs');
const { composeSuite, composeTest, suiteTests } = require('./compose.cjs');
const { generatedFolder } = require('./env.cjs');
const { injectFault } = require('./faults.cjs');
const { enabledModules } = require('./magento.cjs');
const { writeSuiteClass } = require('./suite-class.cjs');
const { formatYaml, parseYaml } = require('./yaml.cjs');

/** What to generate: names for `default`, and names for each suite. */
function plan(catalog, options) {
  const suites = new Map([...catalog.suite].map(([name, suite]) => [name, suiteTests(catalog, suite)]));
  const chosen = { tests: [], suites: new Map() };
  const choose = (suite, test) => chosen.suites.set(suite, [...(chosen.suites.get(suite) ?? []), test]);
  if (options.names.length === 0 && !options.tests) {
    const inSuites = new Set([...suites.values()].flat());
    chosen.tests = [...catalog.test.keys()].filter((name) => !inSuites.has(name));
    for (const [suite, tests] of suites) chosen.suites.set(suite, tests);
    return chosen;
  }
  if (options.tests) {
    const json = JSON.parse(options.tests);
    chosen.tests = json.tests ?? [];
    for (const [suite, tests] of Object.entries(json.suites ?? {})) {
      chosen.suites.set(suite, tests?.length > 0 ? tests : (suites.get(suite) ?? []));
    }
    return chosen;
  }
  for (const name of options.names) {
    const [suite, test] = name.split(':');
    const holders = [...suites].filter(([, tests]) => tests.includes(name)).map(([holder]) => holder);
    if (test) choose(suite, test);
    else if (holders.length === 0) chosen.tests.push(name);
    else for (const holder of holders) choose(holder, name);
  }
  return chosen;
}

function writeConfiguration(project, suites) {
  const file = path.join(project.acceptance, 'codeception.yml');
  const config = parseYaml(fs.readFileSync(file, 'utf8'));
  const enabled = config.extensions.enabled.filter((name) => !name.startsWith('Group\\'));
  config.extensions.enabled = [
    ...enabled,
    ...suites.filter((suite) => suite.hasGroup).map((suite) => `Group\\${suite.name}`),
  ];
  const groups = suites.map(({ name }) => [name, [`tests/functional/Magento/_generated/${name}/`]]);
  if (groups.length > 0) config.groups = Object.fromEntries(groups);
  else delete config.groups;
  fs.writeFileSync(file, formatYaml(config));
}

function emptyFolder(folder) {
  fs.mkdirSync(folder, { recursive: true });
  for (const name of fs.readdirSync(folder))
    fs.rmSync(path.join(folder, name), { recursive: true, force: true });
}

/** Returns the exit code. `out.note` prints a block, `out.log` writes to mftf.log. */
async function generateTests(project, options, out) {
  const generated = generatedFolder(project);
  const errors = { test: 0, suite: 0 };
  const failed = (type, message) => {
    errors[type] += 1;
    out.log(`ERROR: ${message}`);
    if (options.verbose) process.stdout.write(`${message}\n`);
  };
  const summary = () => {
    for (const [type, count] of Object.entries(errors)) {
      const word = type[0].toUpperCase() + type.slice(1);
      if (count > 0)
        process.stdout.write(`ERROR: ${count} ${word}(s) failed to generate. See mftf.log for details.\n`);
    }
    process.stdout.write('\n');
  };

  try {
    await injectFault(project, 'generate');
    const enabled = options.force ? undefined : await enabledModules(project);
    const catalog = readCatalog(project, { enabled });
    const wait = project.env.WAIT_TIMEOUT;
    const chosen = plan(catalog, options);
    const compose = (name) => {
      try {
        return composeTest(catalog, name, wait);
      } catch (error) {
        if (error.isParserError) throw error;
        failed('test', `Unable to create test object ${name} from test configuration. ${error.message}`);
        return undefined;
      }
    };

    if (options.remove) emptyFolder(generated);
    const tests = chosen.tests.map(compose).filter(Boolean);
    if (options.names.length > 0 && tests.length === 0 && chosen.suites.size === 0) {
      throw new Error(`Unable to create test object ${chosen.tests.join(', ')} from test configuration.`);
    }
    emptyFolder(path.join(generated, 'default'));
    for (const test of tests) {
      fs.writeFileSync(
        path.join(generated, 'default', `${test.name}Cest.php`),
        writeCest(test, 'default', project),
      );
    }

    emptyFolder(project.groupFolder);
    const suites = [];
    for (const [name, names] of chosen.suites) {
      const suite = composeSuite(catalog, name, wait);
      const hasGroup = suite.before.length + suite.after.length > 0;
      emptyFolder(path.join(generated, name));
      for (const test of names.map(compose).filter(Boolean)) {
        fs.writeFileSync(path.join(generated, name, `${test.name}Cest.php`), writeCest(test, name, project));
      }
      if (hasGroup)
        fs.writeFileSync(
          path.join(project.groupFolder, `${name}.php`),
          writeSuiteClass({ ...suite, tests: names }),
        );
      suites.push({ name, hasGroup });
    }
    writeConfiguration(project, suites);
    const manifest = [
      ...tests.map((test) => `tests/functional/Magento/_generated/default/${test.name}Cest.php`),
      ...suites.map((suite) => `-g ${suite.name}`),
    ];
    fs.writeFileSync(path.join(generated, 'testManifest.txt'), manifest.map((line) => `${line}\n`).join(''));
  } catch (error) {
    if (errors.test + errors.suite > 0) summary();
    out.note(
      `${error.message}\n${options.names.length > 0 ? `Test name(s): ${options.names.join(', ')}\n` : ''}`,
    );
    return 1;
  }
  if (errors.test + errors.suite === 0) {
    process.stdout.write('Generate Tests Command Run\n\n');
    return 0;
  }
  summary();
  process.stdout.write('Generate Tests Command Run (with errors)\n\n');
  return 1;
}

module.exports = { generateTests };
