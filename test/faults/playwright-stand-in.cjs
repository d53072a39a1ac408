// A stand-in for the command of Playwright, for projects whose tests only take time: `tests.json` has their files, titles and seconds. It
// writes the lines and results of the reporter of matre, and its tests are in the journal of the processes of MFTF.
const fs = require('node:fs');
const path = require('node:path');

const tests = JSON.parse(fs.readFileSync('tests.json', 'utf8'));
const [, , , filter, ...options] = process.argv;
const append = (file, line) => fs.appendFileSync(file, `${JSON.stringify(line)}\n`);
const report = (line) => append(process.env.MATRE_REPORT, line);
const identity = ({ file, title }) => ({ project: '', file, line: 1, titles: [title] });

async function execute(test, number) {
  const name = `${test.file} › ${test.title}`;
  const folder = path.dirname(process.env.MATRE_REPORT);
  fs.writeFileSync(path.join(folder, 'current.json'), JSON.stringify(identity(test)));
  console.log(`> ${name}`);
  const journal = (event, more) =>
    append(process.env.SLEEPS_JOURNAL, {
      ...{ event, command: 'playwright', pid: process.pid, test: name },
      token: process.env.MATRE_EXEC.replaceAll(':', ''),
      ...{ at: Date.now(), monotonic: Number(process.hrtime.bigint() / 1000n) / 1000, ...more },
    });
  journal('start');
  const beat = setInterval(() => journal('beat'), 250);
  const startedAt = Date.now();
  await new Promise((resolve) => setTimeout(resolve, test.seconds * 1000));
  clearInterval(beat);
  // Before its result, which may be recorded at once.
  journal('end', { code: 0 });
  const result = { status: 'passed', expected: 'passed', startedAt, durationMs: Date.now() - startedAt };
  const results = path.join(folder, 'results');
  const draft = path.join(results, `.${number}`);
  fs.mkdirSync(draft, { recursive: true });
  const none = { errors: [], attachments: [], steps: [] };
  fs.writeFileSync(
    path.join(draft, 'result.json'),
    JSON.stringify({ ...identity(test), ...result, ...none }),
  );
  fs.renameSync(draft, path.join(results, `${number}`));
  console.log(`passed: ${name}`);
}

async function executeAll() {
  const optionOf = (name) =>
    options.find((option) => option.startsWith(`--${name}=`))?.slice(name.length + 3);
  if (optionOf('reporter') === undefined) throw new Error('without a reporter');
  const selection = tests.filter(
    ({ file, title }) =>
      new RegExp(filter).test(path.resolve(file)) &&
      new RegExp(optionOf('grep') ?? '').test(`${file} ${title}`),
  );
  for (const [index, test] of selection.entries()) await execute(test, index + 1);
  report({ kind: 'end', status: 'passed' });
}

if (filter === '--list') {
  const none = { tags: [], skipped: false, serial: false, needed: false };
  for (const test of tests) report({ kind: 'test', ...identity(test), ...none });
} else executeAll();
