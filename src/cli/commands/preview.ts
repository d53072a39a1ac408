import type { z } from 'zod';
import { shortCommit } from '../../model/short-commit.ts';
import type { previewRuns } from '../../operations/tests/tests.ts';
import { printChangedTests, printLost } from '../output/changes.ts';
import { approxDuration, clean, plural } from '../output/format.ts';
import { printTable } from '../output/table.ts';
import type { Output } from '../output/terminal.ts';

/** Lines of left out tests for an environment; on a shop without many modules there are hundreds. */
const maxDisabled = 20;

/** Prints the tests that runs would execute, and the estimated duration on each environment. */
export function printPreview(output: Output, preview: z.output<typeof previewRuns.output>): void {
  const { tests, unusable, patterns, warnings, notes, environments, commit, changes } = preview;
  printTable(
    output,
    [
      { heading: 'Test', text: ({ test }) => test },
      { heading: 'Suite', text: ({ suite }) => suite ?? '-' },
      { heading: 'Note', text: ({ skipped }) => (skipped === null ? '' : `skipped: ${skipped}`) },
    ],
    tests,
  );
  output.line();
  for (const { test, because } of unusable) output.line(`Excluded: ${test}: ${clean(because)}`);
  // A server of an older version has no notes.
  for (const note of notes ?? []) output.line(clean(note));
  for (const { pattern, tests } of patterns) output.line(`Pattern ${clean(pattern)}: ${tests}`);
  for (const warning of warnings) output.line(output.paint.yellow(clean(warning)));
  output.line(`Tests: ${tests.length}, at ${shortCommit(commit.id)} ${clean(commit.subject)}`);
  if (changes) {
    const { since, of } = changes;
    output.line();
    printChangedTests(output, changes.tests);
    printLost(output, changes);
    const commit = `${shortCommit(since.id)} ${clean(since.subject)}`;
    output.line(`${tests.length} of ${plural(of, 'test')} changed since ${commit}`);
  }
  // One line says it for all that have the same.
  const sources = environments.map(({ image, commits }) =>
    JSON.stringify([image, commits.map(({ id }) => id)]),
  );
  const isMixed = new Set(sources).size > 1 || environments.some(({ commits }) => commits.length > 1);
  for (const {
    code,
    image,
    commits,
    expectedMs,
    unset,
    overridden,
    missingFiles,
    modules,
    disabled,
  } of environments) {
    if (isMixed) {
      const texts = commits.map(({ name, id, subject }) => `${name} ${shortCommit(id)} ${clean(subject)}`);
      output.line(`${code}: ${[clean(image), ...texts].join(', ')}`);
    }
    // Without earlier runs there is nothing to tell.
    if (expectedMs !== null) output.line(`${code}: ${approxDuration(expectedMs)}`);
    output.line(`${code}: modules: ${clean(modules)}`);
    for (const { test, reason } of disabled.slice(0, maxDisabled)) {
      output.line(`${code}: left out: ${test}: ${clean(reason)}`);
    }
    const more = disabled.length - maxDisabled;
    if (more > 0) output.line(`${code}: left out: ${more} more (all of them with --json)`);
    for (const warning of [unset, overridden, missingFiles]) {
      if (warning !== null) output.line(`${code}: ${clean(warning)}`);
    }
  }
}
