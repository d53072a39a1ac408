// Selects the Cest files that a run of codecept reads, and the classes of their suites.
const fs = require('node:fs');
const path = require('node:path');
const { readCest } = require('./cest.cjs');
const { injectFault } = require('./faults.cjs');
const { readSuiteClass } = require('./suite-class.cjs');

/** Prints an exception as Symfony's console does and returns it. */
function refuse(place, type, message) {
  const usage = 'run [-o|--override OVERRIDE] [-g|--group GROUP] [--] [<suite> [<test>]]';
  process.stderr.write(`\nIn ${place}:\n\n  [${type}]  \n  ${message}  \n\n\n${usage}\n\n`);
  return new Error(message);
}

const cestsIn = (folder) =>
  fs
    .readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('Cest.php'))
    .sort()
    .map((name) => path.join(folder, name));

/** One Cest, the Cests of a folder, or all generated ones. */
function filesToLoad(wanted, base, generated) {
  if (wanted === undefined) return fs.existsSync(generated) ? cestsIn(generated) : [];
  const target = path.resolve(base, wanted);
  const found = fs.statSync(target, { throwIfNoEntry: false });
  if (!found) throw refuse('Loader.php line 96', 'Exception', `File or path ${wanted} not found`);
  return found.isDirectory() ? cestsIn(target) : [target];
}

/** Reads Cests. `groups` maps the groups of the configuration to their folders. */
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
    const around = Object.keys(groups).filter((name) =>
      groups[name].some((folder) => file.startsWith(folder)),
    );
    const cest = readCest(source);
    tests.push({ ...cest, file, groups: [...cest.groups, ...around] });
  }
  return tests;
}

/** The group classes that the configuration enables. A class without its file ends the run. */
function loadGroups(project, config, groups) {
  return config.extensions.enabled
    .filter((name) => name.startsWith('Group\\'))
    .map((name) => {
      const file = path.join(project.groupFolder, `${name.slice(6)}.php`);
      if (!fs.existsSync(file)) {
        const message = `Class \`${name}\` is not defined. Autoload it or include into '_bootstrap.php' file of 'tests' directory`;
        throw refuse('Codecept.php line 119', 'Codeception\\Exception\\ConfigurationException', message);
      }
      return { ...readSuiteClass(fs.readFileSync(file, 'utf8')), folder: groups[name.slice(6)]?.[0] };
    });
}

module.exports = { filesToLoad, loadTests, loadGroups, refuse };
