import { Anchor } from '@mantine/core';
import { Link } from 'wouter';
import type { TestResultView } from '#src/operations/results/results-view.ts';
import classes from './test-name.module.css';

/** The name of a test; links to its history on all environments. */
export function TestName({ test, environment }: { test: TestResultView; environment: string }) {
  return (
    <span className={classes.name}>
      <Anchor
        component={Link}
        href={`/tests/${encodeURIComponent(test.test)}`}
        title={`History of ${test.test} on ${environment} and other environments`}
      >
        {test.test}
      </Anchor>
      {test.suite !== null && <span className={classes.suite}> {test.suite}</span>}
    </span>
  );
}
