// The location and settings of the stand-in: the Magento root, `.env`, `.credentials`.
const fs = require('node:fs');
const path = require('node:path');

const framework = 'vendor/magento/magento2-functional-testing-framework';

const assignment = /^\s*(?:export\s+)?([A-Za-z_]\w*)=((?:'[^']*'|"(?:[^"\\]|\\.)*"|[^'"\r\n])*)/gm;
const escapes = { n: '\n', r: '\r' };

/** Parses a dotenv file without references: values in quotes, also several parts and lines; `#` after a blank. */
function parseEnv(text) {
  const values = {};
  for (const [, name, raw] of text.matchAll(assignment)) {
    let value = '';
    for (const [part, single, double] of raw.matchAll(/'([^']*)'|"((?:[^"\\]|\\.)*)"|[^'"]+/g)) {
      if (single !== undefined) value += single;
      else if (double !== undefined)
        value += double.replace(/\\(["\\$nr])/g, (_, next) => escapes[next] ?? next);
      else {
        value += part.replace(/(^|\s)#.*$/, '').trim();
        if (/(^|\s)#/.test(part)) break;
      }
    }
    values[name] = value;
  }
  return values;
}

function readIfThere(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return '';
    throw error;
  }
}

/**
 * The project around the framework's own folder: root, version and settings. `.env` has precedence over the process
 * environment.
 */
function openProject() {
  const root = path.resolve(__dirname, '../../../..');
  const acceptance = path.join(root, 'dev/tests/acceptance');
  const version = JSON.parse(fs.readFileSync(path.join(root, framework, 'composer.json'), 'utf8')).version;
  const [major, minor] = version.split('.').map(Number);
  const env = { ...process.env, ...parseEnv(readIfThere(path.join(acceptance, '.env'))) };
  env.WAIT_TIMEOUT ??= '30';
  return {
    root,
    /** Where the modules are read: the root, or a tree with only the needed files of it. */
    tree: process.env.STAND_IN_TREE ?? root,
    /** The enabled modules, when they are given and the shop need not be asked. */
    modules:
      process.env.STAND_IN_MODULES && readIfThere(process.env.STAND_IN_MODULES).split('\n').filter(Boolean),
    acceptance,
    /** Where `attachFile` and helpers look for files. */
    dataFolder: path.join(acceptance, 'tests/_data'),
    version,
    major,
    /** Up to 4.2 MFTF has an Allure adapter of its own; since 4.3 it uses that of Allure 2. */
    allure2: major > 4 || (major === 4 && minor >= 3),
    groupFolder: path.join(root, framework, 'src/Magento/FunctionalTestingFramework/Group'),
    generatedActions: path.join(root, framework, 'src/Magento/FunctionalTestingFramework/_generated'),
    env,
    /** A value of `.credentials`, by `vendor/NAME`. */
    secret: (key) => {
      const lines = readIfThere(path.join(acceptance, '.credentials')).split(/\r?\n/);
      const line = lines.find((one) => one.startsWith(`${key}=`));
      if (line === undefined) throw new Error(`"${key}" not defined in vault or .credentials file`);
      return line.slice(key.length + 1).trim();
    },
  };
}

/** The folder of generated tests. MFTF ends with a TypeError when its parent folder is missing. */
function generatedFolder(project) {
  const around = path.join(project.acceptance, 'tests/functional/Magento');
  if (!fs.existsSync(around)) {
    process.stderr.write(
      `PHP Fatal error:  Uncaught TypeError: rtrim(): Argument #1 ($string) must be of type string, bool given (${around} does not exist)\n`,
    );
    process.exit(255);
  }
  return path.join(around, '_generated');
}

module.exports = { openProject, generatedFolder, parseEnv, framework };
