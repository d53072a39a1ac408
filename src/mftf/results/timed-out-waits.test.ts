import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Step } from '../../model/result.ts';
import { describeTimedOutWaits } from '../../model/timed-out-waits.ts';
import { findTimedOutWaits } from './timed-out-waits.ts';

const step = (name: string, seconds: number, steps: Step[] = []): Step => ({
  name,
  status: 'passed',
  durationMs: Math.round(seconds * 1_000),
  attachments: [],
  steps,
});
const describeSteps = (steps: Step[], waitSeconds = 30) => {
  const waits = findTimedOutWaits(steps, waitSeconds);
  return waits && describeTimedOutWaits(waits);
};

/** A wait of the framework: how long it takes when jQuery is idle after `idleAfter` seconds, or never. */
function secondsOf(limit: number, idleAfter: number | undefined): number {
  return idleAfter === undefined ? 2 * limit + 1 : Math.min(idleAfter, limit) + 1;
}

describe('findTimedOutWaits', () => {
  it('names the waits that ran out, by page and time limit', () => {
    const text = describeSteps([
      step('[open] am on page "/checkout"', 63),
      step('[w1] wait for page load 30', 61.2),
      step('[group] CheckoutActionGroup ', 61.2, [step('[w2] wait for page load 30', 61.2)]),
      step('[w3] wait for ajax load 10', 21),
      step('[cart] am on page "/cart"', 2),
      step('[w4] wait for page load 30', 1.1),
    ]);
    expect(text).toBe('4 waits ran out, 200 s lost: 3 of 30 s on /checkout, 1 of 10 s on /checkout');
  });

  it('says where a single group of waits ran out', () => {
    const wait = step('[w] wait for page load 30', 61.1);
    const open = step('[o] am on page "/checkout"', 62);
    expect(describeSteps([open, ...Array.from({ length: 11 }, () => wait)])).toBe(
      '12 waits of 30 s ran out on /checkout, 720 s lost',
    );
    expect(describeSteps([step('wait for page load ', 61)])).toBe('1 wait of 30 s ran out, 60 s lost');
  });

  it('takes WAIT_TIMEOUT for waits without a time limit of their own', () => {
    const steps = [step('[open] am on page "/"', 7.3), step('[w] wait for page load 3', 7.1)];
    expect(describeSteps(steps, 3)).toBe('2 waits of 3 s ran out on /, 12 s lost');
    expect(describeSteps(steps, 30)).toBe('1 wait of 3 s ran out on /, 6 s lost');
  });

  it('counts the waits within a step that selects several options', () => {
    const select = step('[s] search and multi select option "#categories",["A","B"],true', 7 * 61);
    expect(describeSteps([select])).toBe('7 waits of 30 s ran out, 420 s lost');
  });

  it('ignores steps that wait for elements, and slow steps that do not wait', () => {
    const others = [
      'wait for element visible "#a",30',
      'click "#a"',
      'magento cli "cache:flush",60',
      'wait 61',
    ];
    expect(
      findTimedOutWaits(
        others.map((name) => step(`[k] ${name}`, 200)),
        30,
      ),
    ).toBeUndefined();
  });

  const limit = fc.integer({ min: 1, max: 90 });
  /** Waits, how long after their begin jQuery is idle, if ever, and what else they take: finding masks, the log of the browser. */
  const waits = fc.array(
    fc.record({
      seconds: limit,
      share: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
      nested: fc.boolean(),
      besidesMs: fc.integer({ min: 0, max: 900 }),
    }),
    { maxLength: 60 },
  );

  it('finds exactly the waits that jQuery did not end, whatever the order and nesting of steps', () => {
    fc.assert(
      fc.property(waits, limit, fc.array(fc.string(), { maxLength: 5 }), (list, waitSeconds, noise) => {
        const steps = list.map(({ seconds, share, nested, besidesMs }) => {
          const idleAfter = share === undefined ? undefined : share * seconds;
          // What is besides the wait is less than the time that an idle jQuery leaves until the limit and the second sleep.
          const besides = idleAfter === undefined ? besidesMs : Math.min(besidesMs, seconds * 900);
          const wait = step(
            `[key] wait for page load ${seconds}`,
            secondsOf(seconds, idleAfter) + besides / 1_000,
          );
          return nested ? step('[group] SomeActionGroup ', wait.durationMs / 1_000, [wait]) : wait;
        });
        const others = noise.map((name) => step(name, 1));
        const lost = list.filter(({ share }) => share === undefined);
        const result = findTimedOutWaits([...others, ...steps, ...others], waitSeconds);
        expect(result?.count ?? 0).toBe(lost.length);
        expect(result?.lostMs ?? 0).toBe(lost.reduce((sum, { seconds }) => sum + 2_000 * seconds, 0));
      }),
    );
  });

  it('accepts any names and durations of steps', () => {
    const anyStep = fc.record({
      name: fc.oneof(
        fc.string(),
        fc.string().map((text) => `[k] am on page ${text}`),
      ),
      status: fc.constantFrom<Step['status']>('passed', 'failed', 'broken', 'skipped'),
      durationMs: fc.nat(),
      attachments: fc.constant<Step['attachments']>([]),
      steps: fc.constant<Step[]>([]),
    });
    fc.assert(
      fc.property(fc.array(anyStep), limit, (steps, waitSeconds) => {
        const result = findTimedOutWaits(steps, waitSeconds);
        if (result === undefined) return;
        expect(result.pages.length).toBeLessThanOrEqual(10);
        expect(describeTimedOutWaits(result)).toMatch(/^\d+ waits? .*ran out/);
      }),
    );
  });
});
