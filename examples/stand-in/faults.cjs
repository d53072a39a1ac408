// Deliberate faults, for tests of programs that run MFTF. `STAND_IN_FAULT` in `.env` (or the process environment) holds
// `<where>: <fault> <amount>`, separated by `;`. Where: the name of a test, `*` for every test, `suite <name>` (before
// its steps), `load <test>` (before its Cest is read), or `generate`. Inside a test, a comment step has the same
// effect; the real MFTF only prints it:
//   <comment userInput="stand-in: sleep 5" stepKey="slow"/>
const fs = require('node:fs');
const path = require('node:path');
const { execFileSync, spawn } = require('node:child_process');
const { setTimeout: sleep } = require('node:timers/promises');
const { BrowserError, webDriver } = require('./browser.cjs');

const megabyte = 1024 * 1024;
const gateFile = '/tmp/stand-in-gate';

async function print(megabytes) {
  const line = `${'An output line that says nothing new. '.repeat(3)}\n`;
  const block = line.repeat(Math.ceil(megabyte / line.length)).slice(0, megabyte);
  for (let at = 0; at < megabytes; at += 1) {
    if (!process.stdout.write(block)) await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
}

async function takeMemory(megabytes) {
  const taken = [];
  for (let at = 0; at < (megabytes || Number.POSITIVE_INFINITY); at += 16) {
    taken.push(Buffer.alloc(16 * megabyte, at % 255));
    await sleep(1);
  }
  return taken;
}

function fill(project, megabytes) {
  const file = path.join(project.acceptance, 'tests/functional/Magento/_generated/filler.bin');
  const handle = fs.openSync(file, 'w');
  for (let at = 0; at < (megabytes || Number.POSITIVE_INFINITY); at += 1)
    fs.writeSync(handle, Buffer.alloc(megabyte));
}

/**
 * A child that outlives this process. `held`: it keeps our standard output open; otherwise it leaves our process group.
 */
function leaveChild(seconds, held) {
  const script = `setTimeout(() => {}, ${seconds * 1000})`;
  const child = spawn(process.execPath, ['-e', script, `stand-in:${held ? 'hold' : 'grandchild'}`], {
    detached: !held,
    stdio: held ? ['ignore', 'inherit', 'inherit'] : 'ignore',
  });
  child.unref();
}

const faults = {
  sleep: (seconds) => sleep(seconds * 1000),
  print: (megabytes) => print(megabytes),
  /** Ends without output and without results. */
  kill: () => process.kill(process.pid, 'SIGKILL'),
  exit: (code) => process.exit(code),
  fatal: () => {
    process.stderr.write('PHP Fatal error:  Uncaught Error: Call to a member function on null\n');
    process.exit(255);
  },
  /** Waits until the observer lets it continue, without a timeout. */
  gate: async () => {
    while (!fs.existsSync(gateFile)) await sleep(50);
  },
  /** Waits until this file is in the data folder, as a helper of a test waits for a download. */
  file: async (_, { dataFolder }, name) => {
    while (!fs.existsSync(path.join(dataFolder, name))) await sleep(50);
  },
  hang: () => new Promise(() => setInterval(() => {}, 1000)),
  memory: (megabytes) => takeMemory(megabytes),
  hold: (seconds) => leaveChild(seconds || 30, true),
  grandchild: (seconds) => leaveChild(seconds || 30, false),
  fill: (megabytes, project) => fill(project, megabytes),
  /** A link and a pipe beside the results. */
  links: (_, { output }) => {
    fs.symlinkSync('/etc/hostname', path.join(output, 'link.txt'));
    execFileSync('mkfifo', [path.join(output, 'pipe')]);
  },
  /** Only half of the result file is written. */
  'cut-allure': (_, project) => {
    project.cutAllure = true;
  },
  'no-result': (_, project) => {
    project.noResult = true;
  },
  /** The Cest is deleted when it is about to be read. */
  vanish: (_, project) => {
    fs.rmSync(project.currentCest, { force: true });
  },
  /** A failed assertion, with this chance in percent. */
  fail: (percent) => {
    if (Math.random() * 100 >= (percent || 100)) return;
    throw Object.assign(new Error('A failure on purpose.'), {
      type: 'PHPUnit\\Framework\\ExpectationFailedException',
    });
  },
  error: () => {
    throw new Error('A fault on purpose.');
  },
  /** No Selenium. Before the steps of a suite it ends PHP, and leaves a result with the status "passed". */
  'no-browser': (_, { env }) => {
    const address = `${env.SELENIUM_PROTOCOL ?? 'http'}://${env.SELENIUM_HOST}:${env.SELENIUM_PORT}${env.SELENIUM_PATH ?? '/wd/hub'}`;
    const remedy = 'Make sure that ChromeDriver, GeckoDriver or Selenium Server is running.';
    const message = `Can't connect to WebDriver at ${address}. ${remedy}`;
    throw new BrowserError('Codeception\\Exception\\ConnectionException', message);
  },
  /** Selenium has no free slot. */
  'browser-full': () => {
    const message = 'Could not start a new session. New session request timed out';
    throw new BrowserError(webDriver('SessionNotCreatedException'), message);
  },
  /** Ignores signals to stop from now on. */
  deaf: () => {
    for (const signal of ['SIGINT', 'SIGTERM'])
      process.removeAllListeners(signal).on(signal, () => undefined);
  },
};

async function commit(project, sentence) {
  const [name, amount] = sentence.trim().split(/\s+/);
  const fault = faults[name];
  if (!fault) throw new Error(`The stand-in knows no fault "${name}".`);
  await fault(Number(amount ?? 0), project, amount);
}

/** Commits the faults of `STAND_IN_FAULT` for a place. */
async function injectFault(project, where) {
  for (const one of (project.env.STAND_IN_FAULT ?? '').split(';')) {
    const [place, sentence] = one.split(':').map((part) => part.trim());
    if (sentence && (place === where || (place === '*' && !/^(generate$|load |suite )/.test(where))))
      await commit(project, sentence);
  }
}

/** Commits the fault of a comment step. Returns false for an ordinary comment. */
async function faultOfComment(project, comment) {
  const sentence = /^stand-in: (.+)$/.exec(comment)?.[1];
  if (sentence) await commit(project, sentence);
  return sentence !== undefined;
}

module.exports = { injectFault, faultOfComment };
