import type { PlannedTest } from '../../model/selection.ts';

/** What one Codeception process executes: a test by itself, or the tests of a suite with its before and after. */
export interface Block {
  suite: string | undefined;
  tests: PlannedTest[];
}

/** The blocks of a plan, in its order. The tests of a suite stay together where the first of them stands. */
export function blocksOf(tests: PlannedTest[]): Block[] {
  const blocks: Block[] = [];
  const suites = new Map<string, Block>();
  for (const test of tests) {
    const suiteBlock = test.suite === undefined ? undefined : suites.get(test.suite);
    if (suiteBlock) {
      suiteBlock.tests.push(test);
      continue;
    }
    const block = { suite: test.suite, tests: [test] };
    blocks.push(block);
    if (test.suite !== undefined) suites.set(test.suite, block);
  }
  return blocks;
}

/** A name for logs and folders. */
export function nameOf(block: Block): string {
  return block.suite ?? block.tests[0]?.name ?? '';
}

/** Tells tests apart: one that is in several suites runs in each of them. */
export function keyOf({ name, suite }: Pick<PlannedTest, 'name' | 'suite'>): string {
  return `${suite ?? ''}:${name}`;
}
