import { describe, expect, it } from 'vitest';
import { locateBefore, locateStep } from './locate-step.ts';
import type { ResolvedStep } from './model.ts';

let line = 0;
const step = (stepKey: string, group?: string): ResolvedStep => {
  line += 1;
  const call = group && { actionGroup: 'Group', stepKey: group, origin: { file: 'T.xml', line: 1 } };
  const rest = { merges: undefined, defaults: [] };
  return {
    ...{ stepKey, action: 'click', attributes: {}, children: [], text: '', boundary: undefined },
    ...{ origin: { file: 'A.xml', line }, merges: undefined, call: call ? { ...call, ...rest } : undefined },
  };
};

const test = {
  before: [step('openLogin', 'login'), step('create')],
  steps: [step('openLogin', 'login'), step('save'), step('', 'login')],
  after: [step('openLogin', 'login'), step('save'), step('delete')],
};

const reported = (...keys: string[]) =>
  keys.map((key) => {
    const [stepKey = '', call] = key.split('@');
    return { stepKey, call };
  });

describe('locateBefore', () => {
  const before = [
    step('open'),
    step('fillIn', 'in'),
    step('clickIn', 'in'),
    step('create'),
    step('', 'in'),
    step('saveOut', 'out'),
    step('see'),
    step('wait'),
  ];
  it.each([
    ['the first step when no call began', {}, ['open']],
    ['the steps of a call that did not end', { open: 'in' }, ['fillIn', 'clickIn']],
    ['the step between two calls', { ended: 'in' }, ['create']],
    ['the only step of a call', { ended: 'in', open: 'out' }, ['saveOut']],
    ['all steps after the last call', { ended: 'out' }, ['see', 'wait']],
    ['nothing for a call that the suite does not have', { ended: 'nowhere' }, []],
  ])('finds %s', (_, { ended, open }: { ended?: string; open?: string }, expected) => {
    expect(locateBefore(before, { ended, open }).map(({ stepKey }) => stepKey)).toEqual(expected);
  });
});

describe('locateStep', () => {
  it.each([
    ['a key of its own', ['create'], test.before[1]],
    ['a step of an action group in the first hook', ['open@login'], test.before[0]],
    ['the same key in the test', ['open@login', 'create', 'open@login'], test.steps[0]],
    [
      'the same key in the last hook',
      ['open@login', 'create', 'open@login', 'save', 'open@login'],
      test.after[0],
    ],
    ['the implied wait of a step', ['create', 'createWaitForPageLoad'], test.before[1]],
    [
      'the implied wait of a step whose key is in a hook, too',
      ['open@login', 'create', 'open@login', 'save', 'saveWaitForPageLoad'],
      test.steps[1],
    ],
    [
      'a step after one that MFTF adds',
      ['open@login', 'create', 'createWaitForPageLoad', 'open@login', 'added', 'save'],
      test.steps[1],
    ],
    ['nothing for a key that the test does not have', ['create', 'saveScreenshot'], undefined],
    ['nothing for a step of another call', ['open@logout'], undefined],
    ['nothing for no step', [], undefined],
  ])('finds %s', (_, keys, expected) => {
    expect(locateStep(test, reported(...keys))).toBe(expected);
  });
});
