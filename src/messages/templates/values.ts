import type { FailureFacts, MessageFacts, SubmissionFacts } from '../../model/message-facts.ts';
import type { Format } from './escape.ts';

/** The variables of templates: the facts, and lists that would need conditions in loops. */
export function valuesOf(facts: MessageFacts, format: Format): Record<string, unknown> {
  const bullet = format === 'markdown' ? '-' : '•';
  if (facts.kind !== 'submission') return { bullet, ...facts };
  return { bullet, ...facts, ...derivedValues(facts) };
}

function derivedValues(facts: SubmissionFacts) {
  const run = facts.runs.find(({ id }) => id === facts.run) ?? null;
  // A notice about a run has the failures of this run.
  const runs = run ? [run] : facts.runs;
  const failures = runs.flatMap(({ environment, failures: own }) =>
    own.map((failure): FailureFacts & { environment: string } => ({ ...failure, environment })),
  );
  return {
    run,
    failures,
    newFailures: failures.filter(({ className }) => className === 'new'),
    otherFailures: failures.filter(({ className }) => className !== 'new'),
    moreFailures: runs.reduce((sum, { moreFailures }) => sum + moreFailures, 0),
    brokenRuns: runs.filter(({ reason }) => reason !== null),
    /** Of several environments, each failure says which one. */
    several: runs.length > 1,
  };
}
