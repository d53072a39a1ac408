import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Step } from '../../model/result.ts';
import { readAllure1 } from './allure1.ts';
import { executedSteps } from './executed-steps.ts';

const samples = join(import.meta.dirname, '../../../test/samples/results');
const stepsOf = (file: string) => readAllure1(readFileSync(join(samples, file), 'utf8'))[0]?.steps ?? [];

const step = (name: string, status: Step['status'] = 'passed', steps: Step[] = []): Step => ({
  ...{ name, status, steps },
  ...{ durationMs: 0, attachments: [] },
});

describe('executedSteps', () => {
  it('ends with the step that failed, and names the call that steps are in', () => {
    const steps = stepsOf('fail/allure-results/c8a55d53-9794-4a6f-b24d-06b6d15b0a13-testsuite.xml');
    expect(
      executedSteps(steps)?.map(({ stepKey, call }) => [call, stepKey].filter(Boolean).join('/')),
    ).toEqual([
      ...['addMug/openProduct', 'addMug/waitForPrice', 'addMug/addToCart', 'addMug/addToCartWaitForPageLoad'],
      ...['addMug/waitForSuccess', 'openCart', 'fillCoupon', 'applyCoupon', 'applyCouponWaitForPageLoad'],
      'seeCouponApplied',
    ]);
  });

  it('names the first failure, and a helper that failed', () => {
    const after = stepsOf(
      'after-failed-too/allure-results/18e63171-9146-4cdd-a781-eb8ad4669db7-testsuite.xml',
    );
    expect(executedSteps(after)?.at(-1)).toEqual({ stepKey: 'seeIt', call: undefined });
    const helper = stepsOf('helper-failed/allure-results/5efb3bd3-cb50-4b8d-95e9-0a489d39bd99-testsuite.xml');
    expect(executedSteps(helper)?.at(-1)).toEqual({ stepKey: 'callHelper', call: undefined });
  });

  it('names the step within which something without a key failed', () => {
    const inner = step('POST /rest', 'failed');
    expect(executedSteps([step('[a] create entity', 'passed', [inner])])).toEqual([
      { stepKey: 'a', call: undefined },
    ]);
  });

  it.each([
    ['no step failed', [step('[a] click')]],
    ['the one that failed has no key', [step('[a] click'), step('a comment', 'failed')]],
  ])('says nothing when %s', (_, steps) => {
    expect(executedSteps(steps)).toBeUndefined();
  });
});
