import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ShownStep } from '../steps/test-steps.ts';
import { differenceOf } from './step-difference.ts';

const steps = (keys: string): ShownStep[] =>
  [...keys].map((stepKey, line) => ({
    stepKey,
    action: 'click',
    text: '',
    fields: [],
    origin: { file: 'T.xml', line },
    call: null,
  }));
const signs = { same: '', added: '+', removed: '-' };
/** `2..-b+c` for hunks. */
const difference = (before: string, after: string) =>
  differenceOf(steps(before), steps(after))
    .map(
      ({ skipped, steps }) =>
        `${skipped}:${steps.map(({ change, step }) => signs[change] + step.stepKey).join('')}`,
    )
    .join(' ');

it.each([
  ['abc', 'abc', ''],
  ['abcdefg', 'abcxefg', '1:bc-d+xef'],
  ['', 'ab', '0:+a+b'],
  ['ab', '', '0:-a-b'],
  ['abcdefghijklm', 'xbcdefghijkly', '0:-a+xbc 7:kl-m+y'],
  ['abcdefghijkl', 'xbcdefyhijkl', '0:-a+xbc 1:ef-g+yhi'],
])('shows what differs between %s and %s with its neighbours', (before, after, expected) => {
  expect(difference(before, after)).toBe(expected);
});

it('shows the values of references that lead to something else, and the references when only they differ', () => {
  const see = (reference: string, value: string): ShownStep[] => [
    {
      ...{ stepKey: 'see', action: 'see', text: `selector="{{${reference}}}"`, call: null },
      ...{ origin: { file: 'T.xml', line: 1 } },
      fields: [{ name: 'selector', parts: [value, { kind: 'env', name: 'X' }], references: [] }],
    },
  ];
  const texts = (before: ShownStep[], after: ShownStep[]) =>
    differenceOf(before, after).flatMap((hunk) =>
      hunk.steps.map(({ change, step }) => signs[change] + step.text),
    );
  expect(texts(see('A.total', '.old'), see('A.total', '.new'))).toEqual([
    '-selector=".old{{_ENV.X}}"',
    '+selector=".new{{_ENV.X}}"',
  ]);
  expect(texts(see('A.total', '.a'), see('B.total', '.a'))).toEqual([
    '-selector="{{A.total}}"',
    '+selector="{{B.total}}"',
  ]);
  expect(texts(see('A.total', '.a'), see('A.total', '.a'))).toEqual([]);
});

it('leads from one list to the other', () => {
  const list = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 20 });
  fc.assert(
    fc.property(list, list, (before, after) => {
      const hunks = differenceOf(steps(before), steps(after));
      let position = 0;
      let patched = '';
      for (const { skipped, steps: changes } of hunks) {
        patched += before.slice(position, position + skipped);
        position += skipped;
        for (const { change, step } of changes) {
          if (change !== 'added') {
            expect(before[position]).toBe(step.stepKey);
            position += 1;
          }
          if (change !== 'removed') patched += step.stepKey;
        }
      }
      expect(patched + before.slice(position)).toBe(after);
    }),
  );
});
