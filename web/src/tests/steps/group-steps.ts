import type { TestStepsView, TestStepView } from '#src/operations/tests/test-steps.ts';

type Call = NonNullable<TestStepView['call']>;

/** A step, numbered from 1 over the whole test. */
export interface NumberedStep {
  number: number;
  step: TestStepView;
}

/** A step of the test itself, or the call of an action group with its steps. */
export type StepItem = NumberedStep | { key: string; call: Call; steps: NumberedStep[] };

export interface StepPart {
  name: 'before' | 'test' | 'after';
  items: StepItem[];
  /** Of the steps in it. */
  count: number;
}

const partNames = { before: 'before', steps: 'test', after: 'after' } as const;

/** The parts of a test that have steps, with the steps of each call of an action group together. */
export function groupSteps(test: Pick<TestStepsView, 'before' | 'steps' | 'after'>): StepPart[] {
  let number = 0;
  return (Object.keys(partNames) as (keyof typeof partNames)[]).flatMap((part) => {
    const items: StepItem[] = [];
    for (const step of test[part]) {
      number += 1;
      const last = items.at(-1);
      if (step.call === null) items.push({ number, step });
      else if (last && 'call' in last && last.call.stepKey === step.call.stepKey)
        last.steps.push({ number, step });
      else items.push({ key: `${part} ${number}`, call: step.call, steps: [{ number, step }] });
    }
    return items.length === 0 ? [] : [{ name: partNames[part], items, count: test[part].length }];
  });
}

/** The keys of all calls. */
export function callsOf(parts: readonly StepPart[]): string[] {
  return parts.flatMap(({ items }) => items.flatMap((item) => ('call' in item ? [item.key] : [])));
}
