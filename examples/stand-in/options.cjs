// The command line and configuration of codecept.
const fs = require('node:fs');
const path = require('node:path');
const { parseYaml } = require('./yaml.cjs');

const flags =
  /^(--(no-)?(ansi|colors|interaction|exit|rebuild|artifacts|redirect)|--verbose|-v+|-n|-q|--quiet|--steps|--debug|-d|--silent|--fail-fast|-f)$/;
const withValue = {
  '-o': 'override',
  '--override': 'override',
  '-g': 'group',
  '--group': 'group',
  '-x': 'skipGroup',
  '--skip-group': 'skipGroup',
  '-c': 'config',
  '--config': 'config',
  '-e': 'ext',
  '--ext': 'ext',
  '--env': 'environment',
};

/** The options of `codecept`; ends the process for one that it does not have. */
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
    } else if (flags.test(argv[at])) options.flags.add(argv[at]);
    else if (argv[at].startsWith('-')) {
      process.stderr.write(`\n  The "${name}" option does not exist.  \n\n`);
      process.exit(1);
    } else options.words.push(argv[at]);
  }
  return options;
}

/** Overrides the configuration with `a: b: c`. Without one blank after each colon it is no override. */
function override(config, text) {
  const keys = text.split(': ');
  const value = keys.pop();
  let at = config;
  for (const key of keys.slice(0, -1)) {
    at[key] ??= {};
    at = at[key];
  }
  at[keys.at(-1)] = value;
}

/** The configuration and the base folder of its paths; ends the process when there is none. */
function readConfiguration(options) {
  const given = path.resolve(options.config ?? '.');
  const isFolder = fs.statSync(given, { throwIfNoEntry: false })?.isDirectory();
  const file = isFolder ? path.join(given, 'codeception.yml') : given;
  if (!fs.existsSync(file)) {
    process.stderr.write(
      '\nIn Configuration.php line 196:\n\n  Configuration file could not be found.  \n\n',
    );
    process.exit(1);
  }
  const config = parseYaml(fs.readFileSync(file, 'utf8'));
  for (const text of options.override) override(config, text);
  return { config, base: path.dirname(file) };
}

module.exports = { parseArguments, readConfiguration };
