import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { plural } from '../ui/format.ts';
import classes from './preview.module.css';
import type { Preview } from './use-preview.ts';

/** Longer lists have a search field. */
const searchThreshold = 12;

/** The selected tests in order of execution: tests without a suite, then suite by suite. */
export function PreviewTests({ preview }: { preview: Preview }) {
  const [search, setSearch] = useState('');
  const searchText = search.trim().toLowerCase();
  const visibleTests = preview.tests.filter(({ test, suite }) =>
    `${suite ?? ''} ${test}`.toLowerCase().includes(searchText),
  );
  return (
    <>
      <div className={classes.listHead}>
        <h2 id="preview-tests">Tests, in order of execution</h2>
        {preview.tests.length > searchThreshold && (
          <TextInput
            size="xs"
            aria-label="Search these tests"
            placeholder="Search"
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
          />
        )}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable with the keyboard */}
      <section className={classes.tests} aria-labelledby="preview-tests" tabIndex={0}>
        {[...bySuite(visibleTests)].map(([suite, tests]) => (
          <div key={suite}>
            <h3 className={classes.suite}>
              {suite === '' ? 'Without a suite' : suite} <span className={classes.aside}>{tests.length}</span>
            </h3>
            <ul>
              {tests.map(({ test, skipped }) => (
                <li key={test} className={classes.test}>
                  {test}
                  {skipped !== null && <span className={classes.skipped}>– skipped: {skipped}</span>}
                </li>
              ))}
            </ul>
          </div>
        ))}
        {visibleTests.length === 0 && <p className={classes.hint}>No matching tests</p>}
      </section>
      {preview.unusable.length > 0 && (
        <details className={classes.unusable}>
          <summary>
            {plural(preview.unusable.length, 'test')} left out, because MFTF cannot generate{' '}
            {preview.unusable.length === 1 ? 'it' : 'them'}
          </summary>
          <ul>
            {preview.unusable.map(({ test, because }) => (
              <li key={test}>
                <b>{test}</b>: {because}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function bySuite(tests: Preview['tests']): Map<string, Preview['tests']> {
  const suites = new Map<string, Preview['tests']>();
  for (const test of tests) {
    const members = suites.get(test.suite ?? '') ?? [];
    suites.set(test.suite ?? '', members);
    members.push(test);
  }
  return suites;
}
