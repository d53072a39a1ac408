import { describe, expect, it } from 'vitest';
import { callsOf, groupSteps } from './group-steps.ts';

const step = (stepKey: string, group?: string) => ({
  ...{ stepKey, action: 'click', text: '', fields: [], file: 'T.xml', line: 1, url: null },
  call:
    group === undefined ? null : { actionGroup: 'Open', stepKey: group, file: 'T.xml', line: 2, url: null },
});

describe('groupSteps', () => {
  it('puts the steps of a call together, and numbers steps over the whole test', () => {
    const parts = groupSteps({
      before: [step('a', 'one'), step('b', 'one'), step('c', 'two')],
      steps: [],
      after: [step('d'), step('e', 'one')],
    });
    const shown = parts.map(({ name, count, items }) => [
      name,
      count,
      items.map((item) =>
        'call' in item ? [item.call.stepKey, item.steps.map(({ number }) => number)] : item.number,
      ),
    ]);
    expect(shown).toEqual([
      [
        'before',
        3,
        [
          ['one', [1, 2]],
          ['two', [3]],
        ],
      ],
      ['after', 2, [4, ['one', [5]]]],
    ]);
    expect(new Set(callsOf(parts)).size).toBe(3);
  });
});
