import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { printChangedTests, printLost, printTestChanges } from './changes.ts';
import { createOutput, type Output } from './terminal.ts';

async function printed(print: (output: Output) => void): Promise<string> {
  const stream = new PassThrough();
  print(createOutput(stream, {}));
  stream.end();
  return text(stream);
}

const reason = {
  kind: 'element',
  text: 'element Cart.pay changed',
  file: 'app/code/Acme/CartSection.xml',
  line: 4,
  before: '#pay',
  after: '#buy\u001b[2J',
};

it('prints why tests changed, without control characters, and what is not compared', async () => {
  const output = await printed((to) => {
    printChangedTests(to, [{ test: 'CartTest', suites: ['Smoke', null], reasons: [reason], more: 2 }]);
    printLost(to, {
      lost: [{ test: 'OldTest', reason: 'it was removed' }],
      otherFiles: { count: 3, paths: ['.env.us'] },
    });
  });
  expect(output).toBe(`CartTest (Smoke)
  element Cart.pay changed: #pay -> #buy [2J  app/code/Acme/CartSection.xml:4
  and 2 more reasons
Gone: OldTest: it was removed
Not compared: .env.us and 2 more
`);
});

it('prints the steps that differ as in a diff', async () => {
  const step = (change: 'same' | 'added' | 'removed', text: string) => {
    const place = { file: 'T.xml', line: 3, call: null };
    return { change, stepKey: 'pay', action: 'click', text, ...place };
  };
  const steps = [step('same', 'a'), step('removed', 'b'), step('added', 'c')];
  const output = await printed((to) =>
    printTestChanges(to, {
      test: 'CartTest',
      state: 'changed',
      reasons: [],
      more: 0,
      parts: [{ part: 'test', hunks: [{ skipped: 5, steps }] }],
    }),
  );
  expect(output).toBe(`CartTest: changed

test
  ... 5 equal steps
  click a [pay]  T.xml:3
- click b [pay]  T.xml:3
+ click c [pay]  T.xml:3
`);
});
