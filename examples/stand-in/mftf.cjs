// `vendor/bin/mftf`: build:project and generate:tests, with the outputs and exit codes of MFTF.
const fs = require('node:fs');
const path = require('node:path');
const { openProject } = require('./env.cjs');
const { generateTests } = require('./generate.cjs');
const { buildProject } = require('./build-project.cjs');
const { openJournal } = require('./journal.cjs');

const flags = {
  force: ['--force', '-f'],
  remove: ['--remove', '-r'],
  verbose: ['--verbose', '-v', '-vv', '-vvv'],
  allowSkipped: ['--allow-skipped', '-a'],
  ignored: ['--no-ansi', '--ansi', '--no-interaction', '-n', '--quiet', '-q', '--upgrade', '-u'],
};
const withValue = [
  '--config',
  '-c',
  '--time',
  '-i',
  '--groups',
  '-g',
  '--tests',
  '-t',
  '--filter',
  '--debug',
  '-d',
];

function parseArguments(argv) {
  const options = { names: [] };
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at];
    const [name, inline] = word.split(/=(.*)/s);
    const flag = Object.keys(flags).find((key) => flags[key].includes(word));
    if (flag) options[flag] = true;
    else if (withValue.includes(name)) {
      options[name.replace(/^-+/, '')] = inline ?? argv[at + 1];
      if (inline === undefined) at += 1;
    } else if (word.startsWith('-')) {
      process.stderr.write(`\n  The "${name}" option does not exist.\n\n`);
      process.exit(1);
    } else options.names.push(word);
  }
  return options;
}

/** Prints a block in the style of Symfony's console. */
function note(message) {
  const text = message.trimEnd().split('\n').join('\n !        ');
  process.stdout.write(`\n ! [NOTE] ${text}\n\n`);
}

async function main(argv) {
  const project = openProject();
  if (argv.includes('--version') || argv.includes('-V')) {
    process.stdout.write(`Magento Functional Testing Framework CLI ${project.version}\n`);
    return 0;
  }
  const [command, ...rest] = argv;
  const options = parseArguments(rest);
  if (command === 'build:project') return buildProject(project);
  if (command !== 'generate:tests') {
    process.stderr.write(`\n  Command "${command ?? ''}" is not defined.\n\n`);
    return 1;
  }
  const journal = openJournal(project, 'mftf', options.names.join(' '));
  const log = (line) => {
    try {
      fs.appendFileSync(path.join(project.acceptance, 'mftf.log'), `[${new Date().toISOString()}] ${line}\n`);
    } catch {
      // MFTF continues without its log where it cannot write.
    }
  };
  const code = await generateTests(project, options, { note, log });
  journal.end(code);
  return code;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    process.stdout.write(`${error.stack}\n\n`);
    process.exitCode = 1;
  },
);
