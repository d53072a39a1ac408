import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { createOutput } from './terminal.ts';
import { printVariables } from './variables.ts';

it.each([
  [0, 'There are no variables.\n'],
  [2, 'The environment has no variables of its own; 2 are for all environments (matre variable list).\n'],
])('says where the variables of an environment without its own are: %i global ones', (globals, text) => {
  const stream = new PassThrough();
  printVariables(createOutput(stream, {}), [], globals);
  expect(stream.read().toString()).toBe(text);
});
