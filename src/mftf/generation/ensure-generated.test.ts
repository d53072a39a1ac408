import { expect, test } from 'vitest';
import { testsToGenerate } from './ensure-generated.ts';

const planned = (name: string, suite: string | undefined, done: boolean) => ({ test: { name, suite }, done });
const names = (plan: ReturnType<typeof planned>[]) =>
  testsToGenerate(plan).map(({ name, suite }) => `${suite ?? ''}:${name}`);

test('a later attempt generates the same tests as the first one, so that it finds its snapshot', () => {
  const first = [planned('BTest', undefined, false), planned('ATest', 'ASuite', false)];
  const later = [planned('BTest', undefined, true), planned('ATest', 'ASuite', false)];
  expect(names(first)).toEqual([':BTest', 'ASuite:ATest']);
  expect(names(later)).toEqual(names(first));
});

test('only the open tests of an interrupted suite are generated, because its class counts them', () => {
  const plan = [
    planned('ATest', 'Done', true),
    planned('BTest', 'Half', true),
    planned('CTest', 'Half', false),
    planned('DTest', undefined, true),
  ];
  expect(names(plan)).toEqual([':DTest', 'Done:ATest', 'Half:CTest']);
});

test('the order of the plan does not matter, although MFTF shares files between the tests of a generation', () => {
  const plan = ['ATest', 'BTest', 'CTest'].map((name) => planned(name, undefined, false));
  expect(names(plan.toReversed())).toEqual(names(plan));
});
