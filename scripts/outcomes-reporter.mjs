// A reporter for vitest: writes to the file MATRE_TEST_OUTCOMES how many tests passed, the names of those that were
// skipped, and each failure with its place: of a test, of a hook of a suite or of a file, of loading a file, and errors
// outside of all tests. vitest's own JSON reporter counts tests only: a failed `afterAll` is nowhere in it.
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';

export default class OutcomesReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const outcomes = { passed: 0, skipped: [], failures: [] };
    const fail = (place, errors) => {
      if (errors.length === 0) return;
      const message = errors.map((error) => error.stack ?? error.message ?? String(error)).join('\n');
      outcomes.failures.push({ place, message });
    };
    for (const module of modules) {
      const file = relative('.', module.moduleId);
      fail(`${file}: outside of its tests`, module.errors());
      for (const suite of module.children.allSuites()) fail(`${file}: ${suite.fullName}`, suite.errors());
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result();
        if (state === 'passed') outcomes.passed += 1;
        else if (state === 'failed') fail(`${file}: ${test.fullName}`, errors);
        else outcomes.skipped.push(`${file}: ${test.fullName}`);
      }
    }
    fail('outside of all tests', unhandledErrors);
    writeFileSync(process.env.MATRE_TEST_OUTCOMES, JSON.stringify(outcomes));
  }
}
