import type { TestChangesView } from '#src/operations/tests/changes-view.ts';
import { plural } from '../ui/format.ts';
import classes from './changes.module.css';

const words = { before: 'Before', test: 'Test', after: 'After' };
const signs = { same: ' ', added: '+', removed: '−' };
const spoken = { same: '', added: 'added: ', removed: 'removed: ' };

/** The steps that differ, as in a diff. */
export function StepDifference({ parts }: Pick<TestChangesView, 'parts'>) {
  return parts.map(({ part, hunks }) => (
    <section key={part} aria-label={`Changed steps: ${words[part]}`}>
      <h3 className={classes.part}>{words[part]}</h3>
      <ol className={classes.steps}>
        {hunks.flatMap(({ skipped, steps }, hunk) => [
          ...(skipped > 0
            ? // biome-ignore lint/suspicious/noArrayIndexKey: hunks never move
              [<li key={`${hunk}`} className={classes.gap}>{`… ${plural(skipped, 'equal step')}`}</li>]
            : []),
          ...steps.map(({ change, action, text, stepKey, file, line }, index) => (
            <li
              // biome-ignore lint/suspicious/noArrayIndexKey: the steps of a hunk never move
              key={`${hunk} ${index}`}
              data-change={change}
              title={`${file}:${line}`}
            >
              <span aria-hidden>{signs[change]}</span>
              <span>
                <span className={classes.spoken}>{spoken[change]}</span>
                {stepKey === null ? (
                  `<!-- ${text} -->`
                ) : (
                  <>
                    <b>{action}</b> {text} <span className={classes.key}>{stepKey}</span>
                  </>
                )}
              </span>
            </li>
          )),
        ])}
      </ol>
    </section>
  ));
}
