import { expect, it } from 'vitest';
import { parseInput } from '../../../src/operations/core/operation.ts';
import { addEnvironment } from '../../../src/operations/environments/environments.ts';
import { fieldProblems } from './field-problems.ts';

it('tells what is wrong with which field, as the server says it', () => {
  let message = '';
  try {
    parseInput(addEnvironment, { code: 'Preprod', baseUrl: 'ftp://shop', adminUsername: ' ' });
  } catch (error) {
    message = (error as Error).message;
  }
  const problems = fieldProblems({ code: 'INPUT_INVALID', message });
  expect(Object.keys(problems).sort()).toEqual(['adminUsername', 'baseUrl', 'code']);
  expect(problems['adminUsername']).toBe('must not be empty');
});

it('tells nothing of other problems', () => {
  expect(fieldProblems({ code: 'ENVIRONMENT_EXISTS', message: 'There is one.' })).toEqual({});
  expect(fieldProblems(undefined)).toEqual({});
});
