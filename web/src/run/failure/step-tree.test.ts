import { describe, expect, it } from 'vitest';
import type { StepView } from '#src/operations/results/run-results.ts';
import { initiallyOpen, numberSteps, type StepNode, splitTitle } from './step-tree.ts';

const step = (name: string, status: StepView['status'] = 'passed', steps: StepView[] = []): StepView => ({
  name,
  status,
  durationMs: 1,
  attachments: [],
  steps,
});

const flat = (nodes: StepNode[]): [string, number | null][] =>
  nodes.flatMap(({ path, number, steps }): [string, number | null][] => [[path, number], ...flat(steps)]);

describe('splitTitle', () => {
  it('separates the key of a step from its title', () => {
    expect(splitTitle('  [addToCart] click ".action"')).toEqual({
      stepKey: 'addToCart',
      title: 'click ".action"',
    });
    expect(splitTitle('click "[data-x] a"')).toEqual({ stepKey: null, title: 'click "[data-x] a"' });
  });
});

describe('numberSteps', () => {
  const tree = [
    step('a'),
    step('group', 'failed', [
      step('b'),
      step('inner', 'failed', [step('c', 'failed'), step('d', 'skipped')]),
    ]),
    step('e', 'failed'),
  ];

  it('counts leaf steps, not groups', () => {
    expect(flat(numberSteps(tree))).toEqual([
      ['1', 1],
      ['2', null],
      ['2.1', 2],
      ['2.2', null],
      ['2.2.1', 3],
      ['2.2.2', 4],
      ['3', 5],
    ]);
  });

  it('opens only the groups around the first failure', () => {
    expect([...initiallyOpen(numberSteps(tree))]).toEqual(['2', '2.2']);
    expect(initiallyOpen(numberSteps([step('g', 'passed', [step('x')])])).size).toBe(0);
  });
});
