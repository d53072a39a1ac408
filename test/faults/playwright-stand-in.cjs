// A stand-in for the command of Playwright, for projects whose tests only take time: `tests.json` has their files and seconds. It writes the
// lines and results of the reporter of matre, and its processes are in the journal of those of MFTF.
const fs = require('node:fs');
const path = require('node:path');

const tests = JSON.parse(fs.readFileSync('tests.json', 'utf8'));
const [, , , filter, ...options] = process.argv;
const append = (file, line) => fs.appendFileSync(file, `${JSON.stringify(line)}\n`);
const report = (line) => append(process.env.MATRE_REPORT, line);
const identity = ({ file }) => ({ project: '', file, line: 1, titles: ['sleeps'] });

async function execute(test) {
  const journal = (event, more) =>
    append(process.env.SLEEPS_JOURNAL, {
      ...{ event, command: 'playwright', pid: process.pid, test: `${test.file} › sleeps` },
      token: process.env.MATRE_EXEC.replaceAll(':', ''),
      ...{ at: Date.now(), monotonic: Number(process.hrtime.bigint() / 1000n) / 1000, ...more },
    });
  journal('start');
  const beat = setInterval(() => journal('beat'), 250);
  const startedAt = Date.now();
  await new Promise((resolve) => setTimeout(resolve, test.seconds * 1000));
  clearInterval(beat);
  const result = { status: 'passed', expected: 'passed', startedAt, durationMs: Date.now() - startedAt };
  const folder = path.join(path.dirname(process.env.MATRE_REPORT), 'results/1');
  fs.mkdirSync(folder, { recursive: true });
  const none = { errors: [], attachments: [], steps: [] };
  fs.writeFileSync(
    path.join(folder, 'result.json'),
    JSON.stringify({ ...identity(test), ...result, ...none }),
  );
  report({ kind: 'end', status: 'passed' });
  journal('end', { code: 0 });
}

if (filter === '--list') {
  const none = { tags: [], skipped: false, serial: false, needed: false };
  for (const test of tests) report({ kind: 'test', ...identity(test), ...none });
} else {
  if (!options.some((option) => option.startsWith('--reporter='))) throw new Error('without a reporter');
  const test = tests.find(({ file }) => new RegExp(filter).test(`/${file}`));
  if (test) execute(test);
}
