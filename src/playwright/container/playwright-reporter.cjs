// A reporter of Playwright that writes what matre needs: `MATRE_REPORT` is a file of lines of JSON, and the folder of that file has all
// output, with a folder for each result as its test ends. It runs in the process of the tests; src/playwright/report-lines.ts says what is
// in each, and checks it.
const fs = require('node:fs');
const path = require('node:path');

const maxText = 20_000;
const maxName = 1_000;
const maxSteps = 1_000;
const maxAttachments = 50;
const maxBodyBytes = 1024 * 1024;

const file = process.env.MATRE_REPORT;
const folder = path.dirname(file);
const cut = (text, max) => (text === undefined ? undefined : String(text).slice(0, max));
const inProject = (location) =>
  location && { file: path.relative(process.cwd(), location.file), line: location.line };

/** The project, the file and the titles of a test identify it. */
function identity(test) {
  const [, project, , ...titles] = test.titlePath();
  return {
    project: cut(project, maxName),
    ...inProject(test.location),
    titles: titles.map((title) => cut(title, maxName)),
  };
}

/** Whether `write` could write a file. A disk without room for it must not cost a test its verdict. */
function canWrite(target, write) {
  try {
    write(target);
    return true;
  } catch {
    fs.rmSync(target, { force: true });
    return false;
  }
}

function isSerial(suite) {
  return suite !== undefined && (suite._parallelMode === 'serial' || isSerial(suite.parent));
}

module.exports = class {
  constructor() {
    /** How many results are written. */
    this.results = 0;
    /** Where files of the output are now, by their earlier paths. */
    this.places = new Map();
  }

  /** False makes Playwright print a list of all tests to the log. */
  printsToStdio() {
    return process.env.MATRE_REPORT_LIST === '1';
  }

  write(line) {
    fs.appendFileSync(file, `${JSON.stringify(line)}\n`);
  }

  onBegin(config, suite) {
    this.suite = suite;
    if (process.env.MATRE_REPORT_LIST !== '1') return;
    const needed = new Set(
      config.projects.flatMap(({ dependencies, teardown }) => [
        ...dependencies,
        ...(teardown ? [teardown] : []),
      ]),
    );
    for (const test of suite.allTests()) {
      const { project } = identity(test);
      this.write({
        kind: 'test',
        ...identity(test),
        tags: (test.tags ?? []).map((tag) => cut(tag, maxName)),
        skipped: test.expectedStatus === 'skipped',
        serial: isSerial(test.parent),
        needed: needed.has(project),
      });
    }
  }

  /** Says which test is executed now, in a file and in the log: matre reads the file after each line that is printed. */
  onTestBegin(test) {
    if (test.expectedStatus === 'skipped') return;
    const content = identity(test);
    // A reader of the folder must not see a half one.
    canWrite(path.join(folder, '.current.json'), (draft) => {
      fs.writeFileSync(draft, JSON.stringify(content));
      fs.renameSync(draft, path.join(folder, 'current.json'));
    });
    const { project, file: source, line, titles } = content;
    const name = `${project ? `[${project}] › ` : ''}${source}:${line} › ${titles.join(' › ')}`;
    // The reporter `list` ends its lines only before the next one.
    process.stdout.write(`${this.results === 0 ? '' : '\n'}  >  ${name}\n`);
  }

  onTestEnd(test, result) {
    let left = maxSteps;
    const steps = (list) =>
      list.flatMap((step) => {
        if (left === 0) return [];
        left -= 1;
        return [
          {
            title: cut(step.title, maxName),
            durationMs: Math.max(0, Math.round(step.duration)),
            error: cut(step.error?.message, maxText),
            steps: steps(step.steps),
          },
        ];
      });
    // One that cannot be written leaves no gap: a reader stops at the first number that is not there.
    const number = this.results + 1;
    const name = `results/${number}`;
    // A reader of the folder must not see a half one.
    const draft = path.join(folder, `results/.${number}`);
    fs.rmSync(draft, { recursive: true, force: true });
    fs.mkdirSync(draft, { recursive: true });
    const content = {
      ...identity(test),
      status: result.status,
      expected: test.expectedStatus,
      startedAt: result.startTime.getTime(),
      durationMs: Math.max(0, Math.round(result.duration)),
      note: cut(
        test.annotations.find(({ type }) => type === 'skip' || type === 'fixme' || type === 'fail')
          ?.description,
        maxText,
      ),
      errors: result.errors.slice(0, 10).map((error) => ({
        message: cut(error.message ?? error.value, maxText),
        place: inProject(error.location),
      })),
      attachments: result.attachments
        .slice(0, maxAttachments)
        .flatMap((attachment, index) => this.attachment(attachment, { index, name, draft })),
      steps: steps(result.steps),
    };
    fs.writeFileSync(path.join(draft, 'result.json'), JSON.stringify(content));
    fs.renameSync(draft, path.join(folder, name));
    this.results = number;
  }

  attachment({ name, path: source, body, contentType }, result) {
    const about = { name: cut(name, maxName), type: cut(contentType, 200) };
    if (source !== undefined) {
      const file = this.move(source, result);
      return file === undefined ? [] : [{ ...about, file }];
    }
    if (body === undefined || body.length > maxBodyBytes) return [];
    const extension = contentType === 'image/png' ? 'png' : contentType === 'image/jpeg' ? 'jpg' : 'txt';
    const target = `${result.index}.${extension}`;
    const isWritten = canWrite(path.join(result.draft, target), (file) => fs.writeFileSync(file, body));
    if (!isWritten) return [];
    return [{ ...about, file: `${result.name}/${target}` }];
  }

  /** Moves a file of the output to a result, or copies it from the one that has it. Other files, such as pictures to compare with, stay, and are not kept. */
  move(source, { index, name, draft }) {
    if (path.relative(folder, source).startsWith('..')) return undefined;
    const earlier = this.places.get(source);
    const target = `${index}-${path.basename(source).slice(-100)}`;
    const isMoved = canWrite(path.join(draft, target), (file) => {
      if (earlier === undefined || fs.existsSync(source)) return fs.renameSync(source, file);
      // A copy for each other result, because the files of one may be gone when the next is read.
      fs.copyFileSync(path.join(folder, earlier), file, fs.constants.COPYFILE_FICLONE);
    });
    if (!isMoved) return undefined;
    this.places.set(source, `${name}/${target}`);
    return `${name}/${target}`;
  }

  onError(error) {
    this.write({
      kind: 'error',
      message: cut(error.message ?? error.value, maxText),
      place: inProject(error.location),
    });
  }

  onEnd({ status }) {
    this.write({ kind: 'end', status });
  }
};
