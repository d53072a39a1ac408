// `vendor/bin/codecept run functional [<path>] [-g <group>]`: chooses tests, runs them, writes what Codeception writes.
const fs = require('node:fs');
const path = require('node:path');
const { createHash } = require('node:crypto');
const { readCest, readGroup } = require('./cest.cjs');
const { createConsole } = require('./console.cjs');
const { generatedFolder, openProject } = require('./env.cjs');
const { injectFault } = require('./faults.cjs');
const { openJournal } = require('./journal.cjs');
const { adminToken } = require('./magento.cjs');
const { createRun } = require('./run-tests.cjs');
const { writeAllure1 } = require('./allure1.cjs');
const { writeAllure2 } = require('./allure2.cjs');
const { writeJunit } = require('./junit.cjs');
const { parseYaml } = require('./yaml.cjs');

const plainFlags =
  /^(--(no-)?(ansi|colors|interaction|exit|rebuild|artifacts|redirect)|--verbose|-v+|-n|-q|--quiet|--steps|--debug|-d|--silent|--fail-fast|-f)$/;
const withValue = {
  '-o': 'override',
  '--override': 'override',
  '-g': 'group',
  '--group': 'group',
  '-c': 'config',
  '--config': 'config',
  '-x': 'skipGroup',
  '--skip-group': 'skipGroup',
  '-e': 'ext',
  '--ext': 'ext',
  '--env': 'environment',
};

function parseArguments(argv) {
  const options = { override: [], group: [], skipGroup: [], flags: new Set(), words: [] };
  for (let at = 0; at < argv.length; at += 1) {
    const [name, inline] = argv[at].split(/=(.*)/s);
    const key = withValue[name];
    if (key) {
      if (inline === undefined) at += 1;
      const value = inline ?? argv[at];
      if (Array.isArray(options[key])) options[key].push(value);
      else options[key] = value;
    } else if (/^--(xml|html|phpunit-xml|json|report)$/.test(name)) {
      options[name.slice(2)] = inline ?? (name === '--xml' ? 'report.xml' : '');
    } else if (plainFlags.test(argv[at])) options.flags.add(argv[at]);
    else if (argv[at].startsWith('-')) {
      process.stderr.write(`\n  The "${name}" option does not exist.  \n\n`);
      process.exit(1);
    } else options.words.push(argv[at]);
  }
  return options;
}

/** Lays `a: b: c` over the configuration. One blank after each colon, or it is no override. */
function override(config, text) {
  const keys = text.split(': ');
  const value = keys.pop();
  let at = config;
  for (const key of keys.slice(0, -1)) at = at[key] ??= {};
  at[keys.at(-1)] = value;
}

function readConfiguration(options) {
  const given = path.resolve(options.config ?? '.');
  const file = fs.statSync(given, { throwIfNoEntry: false })?.isDirectory()
    ? path.join(given, 'codeception.yml')
    : given;
  if (!fs.existsSync(file)) {
    process.stderr.write(
      `\nIn Configuration.php line 196:\n\n  Configuration file could not be found.  \n\n`,
    );
    process.exit(1);
  }
  const config = parseYaml(fs.readFileSync(file, 'utf8'));
  for (const text of options.override) override(config, text);
  return { config, base: path.dirname(file) };
}

const cestsIn = (folder) =>
  fs
    .readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('Cest.php'))
    .sort()
    .map((name) => path.join(folder, name));

function refuse(place, type, message) {
  process.stderr.write(
    `\nIn ${place}:\n\n  [${type}]  \n  ${message}  \n\n\nrun [-o|--override OVERRIDE] [-g|--group GROUP] [--] [<suite> [<test>]]\n\n`,
  );
  return new Error(message);
}

/** The files to load: one Cest, a folder, or everything generated. */
function filesToLoad(wanted, base, generated) {
  if (wanted === undefined) return fs.existsSync(generated) ? cestsIn(generated) : [];
  const target = path.resolve(base, wanted);
  const found = fs.statSync(target, { throwIfNoEntry: false });
  if (!found) throw refuse('Loader.php line 96', 'Exception', `File or path ${wanted} not found`);
  return found.isDirectory() ? cestsIn(target) : [target];
}

async function loadTests(project, files, groups) {
  const tests = [];
  for (const file of files) {
    project.currentCest = file;
    await injectFault(project, `load ${path.basename(file, 'Cest.php')}`);
    let source;
    try {
      source = fs.readFileSync(file, 'utf8');
    } catch {
      const message = `file_get_contents(${file}): Failed to open stream: No such file or directory`;
      throw refuse('Parser.php line 71', 'PHPUnit\\Framework\\Exception', message);
    }
    const cest = readCest(source);
    const around = Object.keys(groups).filter((name) =>
      groups[name].some((folder) => file.startsWith(folder)),
    );
    tests.push({ ...cest, file, groups: [...cest.groups, ...around] });
  }
  return tests;
}

/** The group classes that the configuration enables. A class without its file ends the process. */
function loadGroups(project, config, groups) {
  return config.extensions.enabled
    .filter((name) => name.startsWith('Group\\'))
    .map((name) => {
      const file = path.join(project.groupFolder, `${name.slice(6)}.php`);
      if (!fs.existsSync(file)) {
        const message = `Class \`${name}\` is not defined. Autoload it or include into '_bootstrap.php' file of 'tests' directory`;
        throw refuse('Codecept.php line 119', 'Codeception\\Exception\\ConfigurationException', message);
      }
      return { ...readGroup(fs.readFileSync(file, 'utf8')), folder: groups[name.slice(6)]?.[0] };
    });
}

/** The actor's methods are written again whenever the configuration of the modules changed, base URL included. */
function rewriteActions(project) {
  const stamp = createHash('md5')
    .update(JSON.stringify([project.version, project.env.MAGENTO_BASE_URL]))
    .digest('hex');
  const file = path.join(project.generatedActions, 'AcceptanceTesterActions.php');
  const text = `<?php\n//[STAMP] ${stamp}\nnamespace Magento\\FunctionalTestingFramework\\_generated;\n\ntrait AcceptanceTesterActions\n{\n}\n`;
  if (fs.existsSync(file) && fs.readFileSync(file, 'utf8') === text) return;
  fs.mkdirSync(project.generatedActions, { recursive: true });
  fs.writeFileSync(file, text);
}

function writeFailed(output, base, results) {
  const failed = results.filter((result) => result.status === 'failed' || result.status === 'broken');
  const file = path.join(output, 'failed');
  const lines = failed.map(({ test }) => `${path.relative(base, test.file)}:${test.name}`);
  if (lines.length > 0) fs.writeFileSync(file, lines.join('\n'));
  else fs.rmSync(file, { force: true });
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
      folders.map((one) => path.resolve(base, one)),
    ]),
  );
  rewriteActions(project);
  const groupObjects = loadGroups(project, config, groups);
  const loaded = await loadTests(project, filesToLoad(options.words[2], base, generated), groups);
  const tests = loaded.filter(
    (test) =>
      (options.group.length === 0 || options.group.some((name) => test.groups.includes(name))) &&
      !options.skipGroup.some((name) => test.groups.includes(name)),
  );
  const adapter = Object.values(config.extensions.config).find((one) => one?.outputDirectory !== undefined);
  const allureFolder = path.resolve(output, adapter?.outputDirectory ?? 'allure-results');
  fs.mkdirSync(allureFolder, { recursive: true });
  const xml = options.xml && path.resolve(output, options.xml);
  if (xml) fs.writeFileSync(xml, '');

  const suiteName = `Magento\\FunctionalTestingFramework.functional${options.group.length > 0 ? `\\${options.group.join('-')}` : ''}`;
  screen.suiteStarts(tests.length);
  if (options.group.length > 0) {
    // The Allure adapter wants to know whether the group is a suite, so MFTF reads everything and asks the shop.
    try {
      await adminToken(project);
    } catch (error) {
      process.stdout.write('\n\n\nCOMMAND DID NOT FINISH PROPERLY.\n');
      refuse(
        'SuiteObjectHandler.php line 132',
        'FastFailException',
        `Suite Data Parser Error: ${error.message}`,
      );
      return 255;
    }
  }
  const startedAt = Date.now();
  const runTest = createRun({ project, screen, output, allureFolder, groupObjects });
  const results = [];
  for (const test of tests) results.push(await runTest(test, test === tests.at(-1)));
  const stoppedAt = Date.now();

  screen.suiteEnds(results, stoppedAt - startedAt, base);
  if (results.length > 0) {
    const write = project.major >= 4 ? writeAllure2 : writeAllure1;
    if (!project.noResult)
      write(allureFolder, { suiteName, startedAt, stoppedAt, results, cut: project.cutAllure });
    writeFailed(output, base, results);
  }
  if (xml) {
    writeJunit(xml, suiteName, results);
    process.stdout.write(`- XML report generated in file://${xml}\n`);
  }
  return results.some((result) => result.status === 'failed' || result.status === 'broken') ? 1 : 0;
}

async function main(argv) {
  const options = parseArguments(argv);
  const [command, suite, test] = options.words;
  if (command !== 'run' || suite !== 'functional') {
    process.stderr.write(
      `\n  Command "${argv.join(' ')}" is not known to the stand-in; it knows "run functional".\n\n`,
    );
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
  // A child left behind on purpose, or an open connection, does not keep Codeception alive either.
  process.stdout.write('', () => process.exit(code));
});
