import type { PlannedTest } from '../../model/selection.ts';

/** The tests of one Codeception process: a single test, or the tests of a suite with its before and after. */
export interface Block {
  suite: string | undefined;
  tests: PlannedTest[];
}

/** The blocks of a plan, in its order. The tests of a suite form one block, at the position of the first of them. */
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

/** The name of a block in logs and folders: its suite, or its test. */
export function nameOf(block: Block): string {
  return block.suite ?? block.tests[0]?.name ?? '';
}

/** A unique key of a planned test: a test in several suites is executed in each of them. */
export function keyOf({ name, suite }: Pick<PlannedTest, 'name' | 'suite'>): string {
  return `${suite ?? ''}:${name}`;
}
