import { Button, UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import type { TestStepView } from '#src/operations/tests/test-steps.ts';
import { plural } from '../../ui/format.ts';
import { SourceLink } from '../../ui/source-link.tsx';
import type { NumberedStep, StepItem, StepPart } from './group-steps.ts';
import { type FindValue, StepValue } from './step-value.tsx';
import classes from './steps.module.css';

interface Shown {
  open: ReadonlySet<string>;
  onToggle: (key: string) => void;
  findValue: FindValue;
  /** Whether the definitions of values are shown. */
  showsReferences: boolean;
}

/** Steps and calls that are rendered at once: a generated test may have thousands. */
const pageSize = 500;

/** The steps of a part of a test, as a tree: action groups can be folded. */
export function StepList({ part, ...shown }: { part: StepPart } & Shown) {
  const [max, setMax] = useState(pageSize);
  const { name, items, count } = part;
  return (
    <section aria-labelledby={`part-${name}`}>
      <h2 id={`part-${name}`} className={classes.part}>
        {name} <span className={classes.dim}>{plural(count, 'step')}</span>
      </h2>
      <ol className={classes.steps}>
        {items.slice(0, max).map((item) => (
          <Item key={'call' in item ? item.key : item.number} item={item} {...shown} />
        ))}
      </ol>
      {items.length > max && (
        <Button variant="default" size="xs" onClick={() => setMax(max + pageSize)}>
          Show more, {plural(items.length - max, 'entry', 'entries')}
        </Button>
      )}
    </section>
  );
}

function Item({ item, ...shown }: { item: StepItem } & Shown) {
  if (!('call' in item)) return <Step item={item} {...shown} />;
  const { key, call, steps } = item;
  const isOpen = shown.open.has(key);
  return (
    <li>
      <div className={classes.call}>
        <UnstyledButton className={classes.group} aria-expanded={isOpen} onClick={() => shown.onToggle(key)}>
          {isOpen ? <IconChevronDown size={14} aria-hidden /> : <IconChevronRight size={14} aria-hidden />}
          <span className={classes.name}>
            <b>{call.actionGroup}</b> <span className={classes.key}>{call.stepKey}</span>{' '}
            <span className={classes.dim}>{plural(steps.length, 'step')}</span>
          </span>
        </UnstyledButton>
        <span className={classes.source}>
          <SourceLink source={call} />
        </span>
      </div>
      {isOpen && (
        <ol>
          {steps.map((step) => (
            <Step key={step.number} item={step} {...shown} />
          ))}
        </ol>
      )}
    </li>
  );
}

function Step({
  item: { number, step },
  findValue,
  showsReferences,
}: { item: NumberedStep } & Pick<Shown, 'findValue' | 'showsReferences'>) {
  return (
    <li>
      <div className={classes.step}>
        <span className={classes.number}>{number}</span>
        <div className={classes.content}>
          {step.stepKey === null ? (
            <span className={classes.dim}>{step.text}</span>
          ) : (
            <>
              <b>{step.action}</b> <span className={classes.key}>{step.stepKey}</span>
              <Fields fields={step.fields} findValue={findValue} showsReferences={showsReferences} />
            </>
          )}
        </div>
        <span className={classes.source}>
          <SourceLink source={step} />
        </span>
      </div>
    </li>
  );
}

function Fields({
  fields,
  findValue,
  showsReferences,
}: { fields: TestStepView['fields'] } & Pick<Shown, 'findValue' | 'showsReferences'>) {
  return (
    <dl className={classes.fields}>
      {fields.map(({ name, parts, references }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a step may have several elements of a tag
        <div key={index}>
          <dt>{name === '' ? 'text' : name}</dt>
          <dd>
            <StepValue parts={parts} findValue={findValue} />
            {references.length > 0 && !showsReferences && (
              <span className={classes.from}> {references.map((each) => each.name).join(', ')}</span>
            )}
            {showsReferences &&
              references.map((reference) => (
                <span key={reference.name} className={classes.reference}>
                  {reference.name} <SourceLink source={reference} />
                </span>
              ))}
          </dd>
        </div>
      ))}
    </dl>
  );
}
