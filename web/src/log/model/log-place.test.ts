import { expect, it } from 'vitest';
import { createLogModel } from './log-model.ts';
import { lineOfTest } from './log-place.ts';

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
