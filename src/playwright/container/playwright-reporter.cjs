// A reporter of Playwright that writes what matre needs as lines of JSON: `MATRE_REPORT` is the file, and the folder of that file has
// all output. It runs in the process of the tests; src/playwright/report-lines.ts says what is in each line, and checks it.
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

function isSerial(suite) {
  return suite !== undefined && (suite._parallelMode === 'serial' || isSerial(suite.parent));
}

module.exports = class {
  constructor() {
    this.bodies = 0;
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
    this.write({
      kind: 'result',
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
        .flatMap((attachment) => this.attachment(attachment)),
      steps: steps(result.steps),
    });
  }

  attachment({ name, path: source, body, contentType }) {
    const about = { name: cut(name, maxName), type: cut(contentType, 200) };
    if (source !== undefined) return [{ ...about, file: path.relative(folder, source) }];
    if (body === undefined || body.length > maxBodyBytes) return [];
    this.bodies += 1;
    const extension = contentType === 'image/png' ? 'png' : contentType === 'image/jpeg' ? 'jpg' : 'txt';
    const target = `bodies/${this.bodies}.${extension}`;
    fs.mkdirSync(path.join(folder, 'bodies'), { recursive: true });
    fs.writeFileSync(path.join(folder, target), body);
    return [{ ...about, file: target }];
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
