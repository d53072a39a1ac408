import { fullName } from '../../model/page-links.ts';
import type { TestResultView } from '../../operations/results/results-view.ts';
import { listResults } from '../../operations/results/run-results.ts';
import { listSources } from '../../operations/results/test-sources.ts';
import type { NoteView } from '../../operations/triage/note-view.ts';
import type { Caller } from './caller.ts';

/** The failed and broken tests of a run, with where they are declared. */
export interface RunFailures {
  tests: TestResultView[];
  /** Where they come from, `path:line`, by the names of tests with their suites; without those that are not known. */
  sources: Map<string, string>;
  /** What users know about their causes, by cause. */
  notes: Map<string, NoteView>;
}

export const noFailures: RunFailures = { tests: [], sources: new Map(), notes: new Map() };

/** Reads the failures of a run. Errors: RUN_UNKNOWN and those of the caller. */
export async function readFailures(caller: Caller, id: number): Promise<RunFailures> {
  const { tests, causes } = await caller.call(listResults, { id, only: 'failures' });
  return {
    tests,
    sources: tests.length === 0 ? new Map() : await readSources(caller, id),
    // A server of an older version has no notes.
    notes: new Map(causes.flatMap(({ cause, note }) => (note ? [[cause, note]] : []))),
  };
}

/** Where the failed and broken tests of a run come from, `path:line` by their names. Empty when that cannot be found out. */
async function readSources(caller: Caller, id: number): Promise<Map<string, string>> {
  const { sources } = await caller.call(listSources, { id }).catch(() => ({ sources: [] }));
  return new Map(
    sources.map(({ test, suite, path, line }) => [fullName({ test, suite }), `${path}:${line}`]),
  );
}
