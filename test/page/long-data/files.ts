import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Context } from '../../../src/operations/core/context.ts';
import { suites } from './names.ts';

const screenshot = resolve(import.meta.dirname, '../../../docs/images/tests-light.png');

/** Gives the failed tests of a run a screenshot, a page and steps, and the run a log of some thousand lines. */
export async function writeRunFiles({ database, artifacts }: Context, run: number): Promise<void> {
  const results = await database.query<{ test: string; status: string }>(
    `SELECT test, status FROM result WHERE run_id = $1 ORDER BY recorded_at, test`,
    [run],
  );
  const image = await readFile(screenshot);
  for (const [index, { test }] of results.filter(({ status }) => status === 'failed').entries()) {
    if (index >= 8) break;
    const files = [
      {
        name: 'Screenshot of the page at the failing step',
        kind: 'screenshot',
        path: `failures/${index}/page.png`,
      },
      { name: 'Page', kind: 'page', path: `failures/${index}/page.html` },
      { name: 'Steps', kind: 'steps', path: `failures/${index}/steps.json` },
    ];
    await artifacts.write(run, `failures/${index}/page.png`, image);
    await artifacts.write(
      run,
      `failures/${index}/page.html`,
      '<h1>Something went wrong while placing your order.</h1>',
    );
    await artifacts.write(run, `failures/${index}/steps.json`, JSON.stringify(steps(test)));
    await database.query('UPDATE result SET attachments = $3::jsonb WHERE run_id = $1 AND test = $2', [
      run,
      test,
      JSON.stringify(files),
    ]);
  }
  const log = await artifacts.runLog(run);
  const done = once(log, 'close');
  log.end(logOf(results.map(({ test }) => test)));
  await done;
}

function steps(test: string) {
  const leaf = (name: string, status = 'passed') => ({
    name,
    status,
    durationMs: 1200,
    attachments: [],
    steps: [],
  });
  const selector =
    '//div[contains(@class,"opc-block-summary")]//tr[contains(@class,"grand")]//strong/span[@class="price"]';
  return [
    leaf(
      'am on page /harbour/lanterns/storm-lantern-of-the-northern-pier.html?___store=wholesale_customers_second_view',
    ),
    {
      ...leaf(`fill the form of the shipping address for ${test}`),
      steps: Array.from({ length: 12 }, (_, index) =>
        leaf(`fill field ${selector}[${index}], "Maximiliane Fitzgerald-Ostermann"`),
      ),
    },
    ...Array.from({ length: 20 }, (_, index) => leaf(`wait for element visible ${selector}[${index}], 60`)),
    leaf(`see "Grand Total Incl. Tax 47,19 EUR", ${selector}`, 'failed'),
  ];
}

function logOf(tests: readonly string[]): string {
  const lines = tests.flatMap((test, index) => [
    `\u001b[32m${suites[index % 2]}: ${test}\u001b[0m`,
    ...Array.from(
      { length: 60 },
      (_, step) => `  I wait for element visible "//div[@id='opc-${step}']//strong", 60`,
    ),
    `  I see the message ${'with a very long line of output that nothing breaks '.repeat(6)}${test}`,
    index % 5 === 0
      ? '\u001b[31m  FAIL  expected "47,19 EUR", but the page shows "39,00 EUR"\u001b[0m'
      : '  PASSED',
  ]);
  return `${lines.join('\n')}\n`;
}
