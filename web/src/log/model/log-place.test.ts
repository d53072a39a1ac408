import { expect, it } from 'vitest';
import { createLogModel } from './log-model.ts';
import { failureIn, lineOfFailure, lineOfTest } from './log-place.ts';

const text = `[matre 2026-11-22T21:43:23.173Z] Run 6, attempt 1
HarbourCartTest2Cest: another
Signature: Magento\\AcceptanceTest\\_default\\Backend\\HarbourCartTest2Cest:HarbourCartTest2
[matre 2026-11-22T21:43:24.173Z] HarbourCartTest2: passed in 2.0 s
--------------------------------
HarbourCartTestCest: Harbour cart test
Signature: Magento\\AcceptanceTest\\_default\\Backend\\HarbourCartTestCest:HarbourCartTest
Test: tests/functional/Magento/_generated/default/HarbourCartTestCest.php:HarbourCartTest
 FAILED
There was 1 failure:
1) HarbourCartTestCest: Harbour cart test
[matre 2026-11-22T21:43:30.069Z] HarbourCartTest: failed in 2.0 s
[matre 2026-11-22T21:43:31.069Z] HarbourQuietTest: broken in 2.0 s
`;

function logOf(content: string) {
  const log = createLogModel();
  log.append(content);
  return log;
}

it('finds the start of a test', () => {
  expect(lineOfTest('HarbourCartTest', logOf(text))).toBe(6);
  expect(lineOfTest('HarbourCartTest2', logOf(text))).toBe(2);
});

it('finds the latest attempt', () => {
  expect(lineOfTest('HarbourCartTest', logOf(`${text}${text}`))).toBe(19);
});

it('falls back to the result of a test', () => {
  expect(lineOfTest('HarbourQuietTest', logOf(text))).toBe(13);
});

it('returns undefined for a test that is not in the log', () => {
  expect(lineOfTest('Harbour', logOf(text))).toBeUndefined();
});

const failing = `Signature: Magento\\_default\\CartTestCest:CartTest
Scenario --
[open] am on page "/cart"
[add] AddToCart
  [click] click "#add"
  [wait] wait for page load 30
[total] AssertTotal
  [click] click "#total"
 FAIL

There was 1 failure:
1) CartTestCest: Cart test
 2. $I->click("#total") at tests/CartTestCest.php:31
[matre 2026-11-22T21:43:30.069Z] CartTest: failed in 2.0 s: Element "#total" was not found.
[matre 2026-11-22T21:43:31.069Z] GoneTest: broken in 2.0 s
`;

it('finds the step at which a test failed by its key, the last one before the failure', () => {
  expect(lineOfFailure('CartTest', '[click] click "#total"', logOf(failing))).toBe(8);
  expect(lineOfFailure('CartTest', '[wait] wait for page load 30', logOf(failing))).toBe(6);
});

it('finds the last line before the failure when the step is not known', () => {
  expect(lineOfFailure('CartTest', undefined, logOf(failing))).toBe(8);
  expect(lineOfFailure('CartTest', '[gone] click ".x"', logOf(failing))).toBe(8);
});

it('finds the failed step among lines of tests in other containers', () => {
  const mixed = failing.replace(
    '  [wait] wait',
    `Signature: Magento\\_default\\OtherTestCest:OtherTest\n[look] see "Total"\n FAIL\n  [wait] wait`,
  );
  expect(lineOfFailure('CartTest', '[click] click "#total"', logOf(mixed))).toBe(5);
  expect(lineOfFailure('CartTest', '[total] AssertTotal', logOf(mixed))).toBe(10);
});

it('finds the failure of an earlier attempt before its result', () => {
  const log = logOf(`${failing}${'-\n'.repeat(4)}${failing}`);
  expect(lineOfFailure('CartTest', undefined, log, 14)).toBe(8);
  expect(lineOfFailure('CartTest', undefined, log)).toBe(27);
});

it('falls back to the start of a test, or its result', () => {
  expect(lineOfFailure('HarbourCartTest2', '[x] y', logOf(text))).toBe(2);
  expect(lineOfFailure('GoneTest', undefined, logOf(failing))).toBe(15);
  expect(lineOfFailure('NowhereTest', undefined, logOf(failing))).toBeUndefined();
});

it('recognises the results of tests that did not pass', () => {
  const log = logOf(failing);
  expect(
    Array.from({ length: log.last }, (_, index) => failureIn(log.text(index + 1))).filter(Boolean),
  ).toEqual(['CartTest', 'GoneTest']);
  expect(failureIn('[matre 2026-11-22T21:43:24.173Z] HarbourCartTest2: passed in 2.0 s')).toBeUndefined();
  expect(failureIn('CartTest: failed in 2.0 s')).toBeUndefined();
});
